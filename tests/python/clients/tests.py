"""Tests of what stands between the clients and the comparison; run by `cargo xtask clients`."""
import os
import sys
import unittest

from clients import commands, programs, story
from clients.normalise import Normaliser

ID = "0b3d5ee0-5b0b-4b5c-9a86-0ce4bd0d2f3b"
OTHER = "5f0ad5a1-97c5-4f2c-8ac9-2a4d3b1f7a11"


def normalised(text, **known):
    normalise = Normaliser()
    for name, value in known.items():
        normalise.know(value, name)
    return normalise(text)


class Replacing(unittest.TestCase):
    def test_bound_ids_keep_apart(self):
        self.assertEqual(normalised(f"{ID} {OTHER} req-{OTHER}", photo=ID), "<photo> <id> req-<id>")

    def test_ids_without_hyphens_are_replaced_only_if_known(self):
        # An MD5 sum looks like one, and must be the same.
        project = ID.replace("-", "")
        self.assertEqual(normalised(f"{project} {'ab' * 16}", project_demo=project), f"<project_demo> {'ab' * 16}")

    def test_longer_texts_go_first(self):
        got = normalised("/a/x/small /a/x", folder="/a/x", small="/a/x/small")
        self.assertEqual(got, "<small> <folder>")

    def test_times_keep_their_form(self):
        self.assertEqual(normalised("2026-01-02T03:04:05Z"), "0000-00-00T00:00:00Z")
        self.assertEqual(normalised("2026-01-02T03:04:05.123456"), "0000-00-00T00:00:00.000000")
        self.assertNotEqual(normalised("2026-01-02 03:04:05"), normalised("2026-01-02T03:04:05"))

    def test_messages_stay(self):
        text = "HTTP 404 Not Found: No image found with ID x"
        self.assertEqual(normalised(text), text)


class Tables(unittest.TestCase):
    def test_widths_do_not_count(self):
        wide = "+------+--------+\n| id   | name   |\n+------+--------+"
        narrow = "+----+------+\n| id | name |\n+----+------+"
        self.assertEqual(normalised(wide), normalised(narrow))
        self.assertNotEqual(normalised(wide), normalised(narrow.replace("name", "nave")))

    def test_breaks_do_not_count(self):
        here = '| stores | [{"id": "fast", "data_dir":  |\n|        | "/a/b", "size": 10}] |'
        there = '| stores | [{"id": "fast", "data_dir": "/longer-  |\n|        | path/b", "size": 10}] |'
        self.assertEqual(normalised(here, dir="/a/b"), normalised(there, dir="/longer-path/b"))

    def test_other_lines_keep_their_blanks(self):
        self.assertEqual(normalised("a  ----  b"), "a  ----  b")


class Json(unittest.TestCase):
    def test_order_counts_only_where_there_is_one(self):
        same = normalised('{"b": 1, "a": {"tags": ["y", "x"]}}')
        self.assertEqual(same, normalised('{"a": {"tags": ["x", "y"]}, "b": 1}'))
        self.assertNotEqual(normalised('{"a": [1, 2]}'), normalised('{"a": [2, 1]}'))
        self.assertNotEqual(normalised('{"a": null}'), normalised("{}"))

    def test_what_only_begins_like_json_stays(self):
        self.assertEqual(normalised("[b] is no list"), "[b] is no list")


class Binding(unittest.TestCase):
    def test_from_a_table_from_json_and_from_a_line(self):
        command = commands.openstack("demo", "image create x", binds={"x": "id"})
        for output in (f"| id               | {ID} |", f'{{"name": "x", "id": "{ID}"}}', f"name x\nid {ID}\n"):
            self.assertEqual(commands.bound(command, output), {"x": ID})
        self.assertEqual(commands.bound(command, "nothing"), {})

    def test_words_keep_together(self):
        command = commands.glance("demo", "image-update --name 'a b' {x} '{{\"k\": 1}}'")
        self.assertEqual(command.words({"x": ID}), ["image-update", "--name", "a b", ID, '{"k": 1}'])


class Programs(unittest.TestCase):
    def test_each_is_a_process_of_its_own(self):
        def work():
            print(sorted(os.environ), sys.stdin.isatty())
            print("no", file=sys.stderr)
            programs.MAINS.clear()
            return 3
        got = programs._fork(work, {"LANG": "C.UTF-8"})
        self.assertEqual(got, programs.Outcome(3, "['LANG'] True\n", "no\n"))
        self.assertTrue(programs.MAINS)

    def test_standard_input_may_be_a_file(self):
        got = programs._fork(lambda: print(sys.stdin.read()[:9]) or 0, {}, stdin=__file__)
        self.assertEqual(got.stdout, '"""Tests \n')

    def test_ends_as_python_ends(self):
        for main, status in (
            (lambda _: None, 0), (lambda _: 2, 2), (lambda _: sys.exit(), 0), (lambda _: sys.exit(4), 4),
        ):
            self.assertEqual(programs._exit_status(main, []), status)
        got = programs._fork(lambda: programs._exit_status(lambda _: sys.exit("why"), []), {})
        self.assertEqual((got.status, got.stderr), (1, "why\n"))
        got = programs._fork(lambda: 1 // 0, {})
        self.assertEqual(got.status, 70)
        self.assertIn("ZeroDivisionError", got.stderr)


class Story(unittest.TestCase):
    def test_has_every_part_and_every_client(self):
        told = story.commands([])
        self.assertEqual({command.program for command in told}, {"openstack", "glance", "openstacksdk"})
        self.assertEqual({command.cloud for command in told}, {"admin", "demo", "other", "viewer", "demo-appcred"})
        for program in ("openstack", "glance", "openstacksdk"):
            self.assertGreaterEqual(sum(command.program == program for command in told), 20, program)
        self.assertTrue(any(command.status for command in told))

    def test_names_are_bound_before_they_are_used(self):
        for part in story.PARTS:
            given = {"folder", "small", "large", "namespace_file", "web"}
            given |= {"project_admin", "project_demo", "project_other"}
            for command in story.commands([part]):
                command.words(dict.fromkeys(given, "x"))
                given |= set(command.binds)


if __name__ == "__main__":
    unittest.main()
