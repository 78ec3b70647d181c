"""All calls of huaweicloudsdkims, unmodified, from PyPI, with an access key.

Runs against the IMS of a sandbox: the folder given holds its huawei.env and
huawei-other.env. Each step asserts what it claims; steps build on each other, so
the first that fails ends the story. With --record the requests go through a proxy
that writes them down, ids replaced by names.
"""
import argparse
import json
import os
import re
import shlex
import sys
import time
import traceback
import warnings
from importlib.metadata import version

import recording
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.auth.provider import EnvCredentialProvider
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkims import v2 as ims

# Some thirty of the calls are deprecated, and work.
warnings.simplefilter("ignore", DeprecationWarning)

SERVER = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
steps = []
called = set()


def step(function):
    steps.append(function)
    return function


def same(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


class Cloud:
    """A project: its key, its client."""

    def __init__(self, folder, name, proxy):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            lines = [line.removeprefix("export ").partition("=") for line in file]
        self.values = {key: shlex.split(value)[0] for key, _, value in lines}
        self.project = self.values["HUAWEICLOUD_SDK_PROJECT_ID"]
        self.endpoint = proxy.endpoint(self.values["IMS_ENDPOINT"])
        os.environ.update(self.values)
        # As a client of the SDK finds it without being told.
        self.client = self.connect(EnvCredentialProvider.get_basic_credential_env_provider().get_credentials())

    def connect(self, credentials):
        return ims.ImsClient.new_builder().with_credentials(credentials).with_endpoint(self.endpoint).build()

    def call(self, operation, client=None, **fields):
        """Calls an operation by the name that its documents give it."""
        called.add(operation)
        method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        Story.proxy.operation = operation
        return getattr(client or self.client, method)(getattr(ims, f"{operation}Request")(**fields))

    def refused(self, status, code, operation, **fields):
        try:
            got = self.call(operation, **fields)
        except ServiceResponseException as error:
            # Where the answer tells no code the client takes the status for one.
            same((error.status_code, error.error_code), (status, code or str(status)))
            return error
        raise AssertionError(f"{operation} is not refused: {got}")

    def finish(self, answer):
        """Waits for a job by either of the two calls."""
        assert len(answer.job_id) == 32
        for _ in range(200):
            job = self.call("ShowJobProgress", job_id=answer.job_id)
            assert job.status in ("INIT", "RUNNING", "SUCCESS", "FAIL"), job
            if job.status in ("SUCCESS", "FAIL"):
                return self.call("ShowJob", job_id=answer.job_id)
            time.sleep(0.03)
        raise AssertionError(f"the job does not end: {job}")

    def succeed(self, operation, kind, **fields):
        job = self.finish(self.call(operation, **fields))
        same((job.status, job.job_type, job.error_code), ("SUCCESS", kind, None))
        return job.entities

    def listed(self, **filters):
        return self.call("ListImages", **filters).images


class Story:
    """What one step leaves for the next."""
    proxy = demo = other = image = whole = copy = queued = None


@step
def lists_versions():
    demo = Story.demo
    versions = demo.call("ListVersions").versions
    same([version.id for version in versions], ["v2.2", "v2.1", "v2.0", "v1.1", "v1.0"])
    one = demo.call("ShowVersion", version="v2.0").versions
    same([(version.id, version.status) for version in one], [("v2.0", "SUPPORTED")])
    demo.refused(404, "APIGW.0101", "ShowVersion", version="v9")


@step
def is_refused_with_another_key():
    demo = Story.demo
    access, secret = demo.values["HUAWEICLOUD_SDK_AK"], demo.values["HUAWEICLOUD_SDK_SK"]
    for key in ((access, secret[:-1] + "!"), ("NOSUCHKEY", secret)):
        forged = demo.connect(BasicCredentials(*key, demo.project))
        error = demo.refused(401, "APIGW.0301", "ListImages", client=forged)
        assert len(error.request_id) == 32, error
    stray = demo.connect(BasicCredentials(access, secret, Story.other.project))
    demo.refused(403, "APIGW.0302", "ListImages", client=stray)


@step
def knows_systems_and_the_quota():
    demo = Story.demo
    platforms = demo.call("ListOsVersions").body
    assert {"Ubuntu", "Windows", "CentOS"} <= {platform.platform for platform in platforms}
    same(platforms[0].version_list[0].os_bit, 64)
    arm = demo.call("ListOsVersions", tag="arm").body
    assert 0 < len(arm) < len(platforms)
    quota = demo.call("ShowImageQuota").quotas.resources[0]
    same((quota.type, quota.used, quota.quota), ("image", 0, 100))


@step
def makes_an_image_of_a_server():
    demo = Story.demo
    body = ims.CreateImageRequestBody(name="server", instance_id=SERVER, description="of a server", tags=["shelf.top"])
    entities = demo.succeed("CreateImage", "imsCreateImageByInstance", body=body)
    same(entities.image_name, "server")
    Story.image = entities.image_id
    body = ims.CreateImageRequestBody(name="a/b", instance_id=SERVER)
    demo.refused(400, "IMG.0003", "CreateImage", body=body)
    body = ims.CreateImageRequestBody(name="x", instance_id=SERVER, max_ram=-1)
    demo.refused(400, "IMG.0055", "CreateImageInSafeMode", body=body)


@step
def makes_images_of_the_other_sources():
    demo = Story.demo
    body = ims.CreateImageRequestBody(
        name="file", image_url="sandbox:system.qcow2", os_version="CentOS 7.0 64bit", min_disk=40,
        image_tags=[ims.TagKeyValue(key="key2", value="value2"), ims.TagKeyValue(key="key1", value="value1")])
    demo.succeed("CreateImage", "imsImportImageJob", body=body)
    body = ims.CreateImageRequestBody(name="volume", volume_id=SERVER, os_version="CentOS 7.0 64bit", type="ECS")
    demo.succeed("CreateImageInSafeMode", "imsVolumeCreateImageJob", body=body)
    data = [ims.CreateDataImage(name="data", volume_id=SERVER, tags=["aaa.111"])]
    body = ims.CreateImageRequestBody(data_images=data)
    entities = demo.succeed("CreateImage", "imsVolumesToSysDataImagesJob", body=body)
    same((entities.image_id, len(entities.sub_jobs_list)), (None, 1))
    part = entities.sub_jobs_result[0]
    same((part.status, part.job_id, part.entities.image_name), ("SUCCESS", entities.sub_jobs_list[0], "data"))
    same(demo.listed(id=part.entities.image_id)[0].virtual_env_type, "DataImage")


@step
def a_job_fails():
    body = ims.CreateImageRequestBody(name="x", image_url="sandbox:missing.qcow2", min_disk=40)
    job = Story.demo.finish(Story.demo.call("CreateImage", body=body))
    same((job.status, job.error_code), ("FAIL", "IMG.0057"))
    assert "missing.qcow2" in job.fail_reason, job
    Story.demo.refused(400, "IMG.0001", "ShowJob", job_id="unknown")


@step
def makes_data_images():
    demo = Story.demo
    for operation in ("CreateDataImage", "CreateDataImageInSafeMode"):
        body = ims.CreateDataImageRequestBody(
            name="data", image_url="sandbox:data.raw", min_disk=40, os_type="Linux",
            image_tags=[ims.ImageTag(key="aaa", value="111")])
        demo.succeed(operation, "imsImportDataImageJob", body=body)
        body = ims.CreateDataImageRequestBody(name="data", image_url="elsewhere:data.raw", min_disk=40)
        demo.refused(400, "IMG.0058", operation, body=body)


@step
def imports_quickly():
    demo = Story.demo
    for operation in ("ImportImageQuick", "ImportImageQuickInSafeMode"):
        body = ims.QuickImportImageByFileRequestBody(
            name="quick", image_url="sandbox:system.zvhd2", os_version="CentOS 7.0 64bit", min_disk=40, type="ECS")
        demo.succeed(operation, "imsNativeImportImageJob", body=body)
        body = ims.QuickImportImageByFileRequestBody(
            name="quick", image_url="sandbox:system.vhd", os_version="CentOS 7.0 64bit", min_disk=40)
        demo.refused(400, "IMG.0158", operation, body=body)


@step
def makes_an_image_of_a_whole_server():
    demo = Story.demo
    body = ims.CreateWholeImageRequestBody(name="whole", instance_id=SERVER, vault_id=SERVER)
    entities = demo.succeed("CreateWholeImage", "imsCreateWholeImageByInstanceJob", body=body)
    Story.whole = entities.image_id
    body = ims.CreateWholeImageRequestBody(name="backup", backup_id=SERVER, whole_image_type="CBR")
    demo.succeed("CreateWholeImage", "imsCreateWholeImageByBackupJob", body=body)
    demo.refused(400, "IMG.0029", "CreateWholeImage", body=body)


@step
def lists_images():
    demo = Story.demo
    image = demo.listed(id=Story.image)[0]
    same((image.name, image.status, image.visibility, image.imagetype), ("server", "active", "private", "private"))
    same((image.owner, image.tags, image.description), (demo.project, ["shelf=top"], "of a server"))
    same((image.isregistered, image.os_type, image.min_disk), ("true", "Linux", 40))
    same(demo.listed(id=SERVER), [])
    names = [image.name for image in demo.listed(imagetype="private", sort_key="name", sort_dir="asc")]
    same(names, sorted(names))
    same(len(names), 10)
    same([image.name for image in demo.listed(tag="shelf=top", protected=False)], ["server"])
    seen, marker = [], None
    while True:
        page = demo.call("ListImages", limit=4, marker=marker, created_at="gt:2020-01-01T00:00:00Z")
        seen += [image.id for image in page.images]
        marker = page.page_info.next_marker
        if not marker:
            break
    same((len(seen), len(set(seen))), (10, 10))
    same(Story.other.listed(), [])
    demo.refused(400, "IMG.0024", "ListImages", imagetype="silver")


@step
def asks_for_everything_at_once():
    demo = Story.demo
    own = {
        "imagetype": "private", "isregistered": "true", "os_bit": "64", "os_type": "Linux", "platform": "CentOS",
        "support_kvm": "true", "container_format": "bare", "disk_format": "zvhd2", "id": Story.image, "limit": 1,
        "member_status": "accepted", "min_disk": 40, "min_ram": 0, "name": "server", "owner": demo.project,
        "protected": False, "sort_dir": "asc", "sort_key": "size", "status": "active", "tag": "shelf=top",
        "visibility": "private", "created_at": "gte:2020-01-01T00:00:00Z", "updated_at": "neq:2020-01-01 00:00:00"}
    more = {"virtual_env_type": "FusionCompute", "enterprise_project_id": "all_granted_eps"}
    same([image.id for image in demo.listed(**own, **more)], [Story.image])
    # Such that no image has them all.
    rare = {
        name: "true" for name in ims.ListImagesRequest.attribute_map
        if name.startswith("support_") and name != "support_kvm"}
    same(demo.listed(**own, **more, **rare, architecture="arm", flavor_id="s6.large.2"), [])
    same(demo.call("GlanceListImages", **{**own, "isregistered": True, "updated_at": None}).images[0].id, Story.image)
    known = ims.ListTagsRequest.attribute_map
    named = {name: value for name, value in {**own, **more}.items() if name in known}
    same(demo.call("ListTags", page=1, **named).tags, ["shelf=top"])


@step
def gives_all_that_may_be_given():
    demo = Story.demo
    common = {"name": "all", "description": "with everything", "enterprise_project_id": "0"}
    ram = {"min_ram": 1024, "max_ram": 4096}
    tags = [ims.TagKeyValue(key="zone", value="z1")]
    body = ims.CreateImageRequestBody(
        os_version="CentOS 7.0 64bit", image_url="sandbox:system.zvhd2", min_disk=40, is_config=True, cmk_id=SERVER, type="BMS",
        is_quick_import=True, architecture="arm", hw_firmware_type="uefi", image_tags=tags, **common, **ram)
    image = demo.listed(id=demo.succeed("CreateImage", "imsNativeImportImageJob", body=body).image_id)[0]
    same((image.virtual_env_type, image.hw_firmware_type, image.max_ram), ("Ironic", "uefi", "4096"))
    same((image.system__cmkid, image.min_ram, image.tags), (SERVER, 1024, ["zone=z1"]))
    body = ims.CreateWholeImageRequestBody(instance_id=SERVER, vault_id=SERVER, image_tags=tags, **common, **ram)
    demo.succeed("CreateWholeImage", "imsCreateWholeImageByInstanceJob", body=body)
    body = ims.CreateDataImageRequestBody(
        image_url="sandbox:data.raw", min_disk=2048, os_type="Windows", cmk_id=SERVER, tags=["zone.z1"], **common)
    demo.succeed("CreateDataImage", "imsImportDataImageJob", body=body)
    body = ims.QuickImportImageByFileRequestBody(
        image_url="sandbox:data.raw", min_disk=40, os_version="Windows Server 2022 Standard 64bit", os_type="Windows", type="BMS",
        license_type="byol", architecture="x86", hw_firmware_type="bios", tags=["zone"], **common)
    demo.succeed("ImportImageQuick", "imsNativeImportImageJob", body=body)
    body = ims.CopyImageInRegionRequestBody(cmk_id=SERVER, **common)
    demo.succeed("CopyImageInRegion", "imsCopyImageInRegionJob", image_id=Story.image, body=body)
    body = ims.BatchAddMembersRequestBody(
        images=[Story.whole], projects=[Story.other.project], domains=["account"], organizations=["unit"])
    demo.succeed("BatchAddMembers", "imsAddImageMembersJob", body=body)
    body = ims.BatchUpdateMembersRequestBody(
        images=[Story.whole], project_id=Story.other.project, status="accepted", vault_id=SERVER)
    Story.other.succeed("BatchUpdateMembers", "imsUpdateImageMembersJob", body=body)
    body = ims.BatchAddMembersRequestBody(images=[Story.whole], projects=[Story.other.project])
    demo.succeed("BatchDeleteMembers", "imsDelImageMembersJob", body=body)
    body = ims.ListImageByTagsRequestBody(
        action="filter", tags=[ims.Tags(key="zone", values=["z1", ""])], tags_any=[ims.Tags(key="zone", values=[])],
        not_tags=[ims.Tags(key="shelf", values=["top"])], not_tags_any=[ims.Tags(key="shelf", values=["top"])],
        matches=[ims.TagKeyValue(key="resource_name", value="all")], limit="10", offset="0", without_any_tag=False)
    same(demo.call("ListImageByTags", body=body).total_count, 4)


@step
def changes_an_image():
    demo = Story.demo

    def change(op, path, value=None):
        return ims.UpdateImageRequestBody(op=op, path=path, value=value)

    body = [change("replace", "/name", "renamed"), change("add", "/max_ram", "4096")]
    changed = demo.call("UpdateImage", image_id=Story.image, body=body)
    same((changed.name, changed.max_ram), ("renamed", "4096"))
    body = [change("replace", "/hw_firmware_type", "uefi")]
    demo.refused(400, "IMG.0035", "UpdateImage", image_id=Story.image, body=body)


@step
def copies():
    demo = Story.demo
    body = ims.CopyImageInRegionRequestBody(name="copy", description="a copy", cmk_id=SERVER)
    entities = demo.succeed("CopyImageInRegion", "imsCopyImageInRegionJob", image_id=Story.image, body=body)
    same(demo.listed(id=entities.image_id)[0].system__cmkid, SERVER)
    body = ims.CopyImageInRegionRequestBody(name="copy")
    entities = demo.succeed("CopyImageInRegionInSafeMode", "imsCopyImageInRegionJob", image_id=Story.image, body=body)
    Story.copy = entities.image_id
    demo.refused(400, "IMG.0130", "CopyImageInRegion", image_id=Story.whole, body=body)
    demo.refused(400, "IMG.0130", "CopyImageInRegionInSafeMode", image_id=Story.whole, body=body)


@step
def copies_to_another_region():
    demo = Story.demo
    body = ims.CopyImageCrossRegionRequestBody(
        name="far", region="region-1", project_name="region-1", agency_name="ims_copy_image")
    entities = demo.succeed("CopyImageCrossRegion", "imsCrossRegionCopyImageJob", image_id=Story.image, body=body)
    same(demo.listed(id=entities.image_id), [])
    body.region = body.project_name = "RegionOne"
    demo.refused(400, "IMG.0142", "CopyImageCrossRegion", image_id=Story.image, body=body)


@step
def exports():
    demo = Story.demo
    for operation in ("ExportImage", "ExportImageInSafeMode"):
        body = ims.ExportImageRequestBody(bucket_url=f"sandbox:{operation}.qcow2", file_format="qcow2")
        entities = demo.succeed(operation, "imsNativeExportImageJob", image_id=Story.image, body=body)
        same(entities.image_id, Story.image)
        demo.refused(400, "IMG.0070", operation, image_id=Story.image, body=body)


@step
def tags():
    demo = Story.demo

    def read():
        return [(tag.key, tag.value) for tag in demo.call("ListImageTags", image_id=Story.image).tags]

    same(read(), [("shelf", "top")])
    tag = ims.ResourceTag(key="key1", value="value1")
    demo.call("AddImageTag", image_id=Story.image, body=ims.AddImageTagRequestBody(tag=tag))
    bad = ims.AddImageTagRequestBody(tag=ims.ResourceTag(key="a b", value=""))
    demo.refused(400, "IMG.0115", "AddImageTag", image_id=Story.image, body=bad)
    body = ims.AddOrUpdateTagsRequestBody(image_id=Story.image, tag="key2.value.2")
    demo.call("CreateOrUpdateTags", body=body)
    body.image_tag = tag
    demo.refused(400, "IMG.0115", "CreateOrUpdateTags", body=body)
    some = [ims.ResourceTag(key="key3", value="a"), ims.ResourceTag(key="key4", value="")]
    body = ims.BatchAddOrDeleteTagsRequestBody(action="create", tags=some)
    demo.call("BatchAddOrDeleteTags", image_id=Story.image, body=body)
    same(read(), [("shelf", "top"), ("key1", "value1"), ("key2", "value.2"), ("key3", "a"), ("key4", "")])
    body.action = "paint"
    demo.refused(400, "IMG.0001", "BatchAddOrDeleteTags", image_id=Story.image, body=body)
    demo.call("BatchDeleteTags", image_id=Story.image, body=ims.BatchDeleteTagsRequestBody(tags=some))
    demo.call("DeleteImageTag", image_id=Story.image, key="key1")
    demo.refused(404, "IMG.0115", "DeleteImageTag", image_id=Story.image, key="key1")
    same(read(), [("shelf", "top"), ("key2", "value.2")])


@step
def asks_by_tags():
    demo = Story.demo
    every = demo.call("ListTags", limit=2, page=1).tags
    same(every, ["aaa=111", "key1=value1"])
    demo.refused(400, "IMG.0001", "ListTags", page=0)
    keys = {tag.key: tag.values for tag in demo.call("ListImagesTags").tags}
    same((keys["shelf"], keys["aaa"]), (["top"], ["111"]))
    wanted = [ims.Tags(key="shelf", values=["top"])]
    body = ims.ListImageByTagsRequestBody(action="filter", tags=wanted, limit="1", offset="0")
    found = demo.call("ListImageByTags", body=body)
    same((found.total_count, found.resources[0].resource_id), (1, Story.image))
    same(found.resources[0].resource_detail.status, "active")
    body = ims.ListImageByTagsRequestBody(
        action="count", matches=[ims.TagKeyValue(key="resource_name", value="data")])
    same(demo.call("ListImageByTags", body=body).total_count, 3)
    body.tags = []
    demo.refused(400, "IMG.0115", "ListImageByTags", body=body)


@step
def shares():
    demo, other = Story.demo, Story.other
    body = ims.BatchAddMembersRequestBody(images=[Story.image], projects=[other.project])
    entities = demo.succeed("BatchAddMembers", "imsAddImageMembersJob", body=body)
    same([(result.image_id, result.status) for result in entities.results], [(Story.image, "success")])
    own = ims.BatchAddMembersRequestBody(images=[Story.image], projects=[demo.project])
    demo.refused(400, "IMG.0076", "BatchAddMembers", body=own)
    members = demo.call("ListImageMembers", image_id=Story.image, limit=1)
    same([(member.member_id, member.status, member.member_type) for member in members.members],
         [(other.project, "pending", "project")])
    same((members.page_info.current_count, members.page_info.next_marker), (1, None))
    demo.refused(400, "IMG.0001", "ListImageMembers", image_id=Story.image, limit=1001)
    same([image.id for image in other.listed(visibility="shared", member_status="pending")], [Story.image])


@step
def accepts_and_gives_back():
    demo, other = Story.demo, Story.other
    body = ims.BatchUpdateMembersRequestBody(images=[Story.image], project_id=other.project, status="accepted")
    other.succeed("BatchUpdateMembers", "imsUpdateImageMembersJob", body=body)
    demo.refused(400, "IMG.0030", "BatchUpdateMembers", body=body)
    same([(image.id, image.imagetype) for image in other.listed()], [(Story.image, "shared")])
    member = demo.call("ShowImageMember", image_id=Story.image, member_id=other.project)
    same((member.status, member.image_id), ("accepted", Story.image))
    demo.refused(400, "IMG.0114", "ShowImageMember", image_id=Story.image, member_id="nobody")
    body = ims.BatchAddMembersRequestBody(images=[Story.image], projects=[other.project])
    same(demo.succeed("BatchDeleteMembers", "imsDelImageMembersJob", body=body).results, [])
    same(other.listed(), [])
    other.refused(400, "IMG.0027", "BatchDeleteMembers", body=body)


@step
def registers():
    demo = Story.demo
    body = ims.GlanceCreateImageMetadataRequestBody(
        os_version="Ubuntu 22.04 server 64bit", container_format="bare", disk_format="zvhd2", min_disk=100,
        min_ram=1024, name="later", tags=["test=testvalue"], visibility="private", protected=False)
    made = demo.call("GlanceCreateImageMetadata", body=body)
    same((made.status, made.platform, made.disk_format, made.visibility), ("queued", "Ubuntu", "zvhd2", "private"))
    demo.refused(400, None, "GlanceCreateImageMetadata", body={"min_disk": "much"})
    Story.queued = made.id
    file = ims.RegisterImageRequestBody(image_url="sandbox:system.vhd")
    entities = demo.succeed("RegisterImage", "imsImportImageJob", image_id=made.id, body=file)
    same(entities.image_id, made.id)
    demo.refused(400, "IMG.0046", "RegisterImage", image_id=made.id, body=file)


@step
def speaks_as_glance():
    demo = Story.demo
    image = demo.call("GlanceShowImage", image_id=Story.image)
    same((image.name, image.imagetype), ("renamed", "private"))
    # What Glance says itself has no code.
    demo.refused(404, None, "GlanceShowImage", image_id="unknown")
    listed = demo.call("GlanceListImages", limit=2, imagetype="private")
    same(len(listed.images), 2)
    assert "marker=" in listed.next, listed
    demo.refused(400, None, "GlanceListImages", limit=-1)
    body = [ims.GlanceUpdateImageRequestBody(op="replace", path="/name", value="glance")]
    same(demo.call("GlanceUpdateImage", image_id=Story.image, body=body).name, "glance")
    body = [ims.GlanceUpdateImageRequestBody(op="replace", path="/colour", value="red")]
    demo.refused(400, "IMG.0035", "GlanceUpdateImage", image_id=Story.image, body=body)
    demo.call("GlanceCreateTag", image_id=Story.image, tag="blue")
    demo.refused(400, "IMG.0115", "GlanceCreateTag", image_id=Story.image, tag="a=b")
    demo.call("GlanceDeleteTag", image_id=Story.image, tag="blue")
    demo.refused(404, None, "GlanceDeleteTag", image_id=Story.image, tag="blue")
    for operation, name in (("GlanceShowImageSchemas", "image"), ("GlanceListImageSchemas", "images"),
                            ("GlanceShowImageMemberSchemas", "member"), ("GlanceListImageMemberSchemas", "members")):
        schema = demo.call(operation)
        same(schema.name, name)
        assert schema.properties, schema


@step
def shares_as_glance():
    demo, other = Story.demo, Story.other
    body = ims.GlanceAddImageMemberRequestBody(member=other.project)
    same(demo.call("GlanceAddImageMember", image_id=Story.image, body=body).status, "pending")
    demo.refused(409, None, "GlanceAddImageMember", image_id=Story.image, body=body)
    at = {"image_id": Story.image, "member_id": other.project}
    body = ims.GlanceUpdateImageMemberRequestBody(status="accepted")
    demo.refused(403, None, "GlanceUpdateImageMember", body=body, **at)
    same(other.call("GlanceUpdateImageMember", body=body, **at).status, "accepted")
    same(demo.call("GlanceShowImageMember", **at).status, "accepted")
    members = demo.call("GlanceListImageMembers", image_id=Story.image)
    same((len(members.members), members.page_info.current_count), (1, 1))
    demo.call("GlanceDeleteImageMember", **at)
    demo.refused(404, None, "GlanceShowImageMember", **at)
    demo.refused(404, None, "GlanceDeleteImageMember", **at)


@step
def deletes():
    demo = Story.demo
    body = ims.GlanceDeleteImageRequestBody(delete_backup=True)
    demo.call("GlanceDeleteImage", image_id=Story.whole, body=body)
    demo.call("GlanceDeleteImage", image_id=Story.copy)
    for image in (Story.whole, Story.copy):
        for _ in range(100):
            if not demo.listed(id=image):
                break
            time.sleep(0.03)
        same(demo.listed(id=image), [])
        demo.refused(404, None, "GlanceDeleteImage", image_id=image)
    body = [ims.UpdateImageRequestBody(op="replace", path="/protected", value="true")]
    demo.call("UpdateImage", image_id=Story.image, body=body)
    demo.refused(400, "IMG.0028", "GlanceDeleteImage", image_id=Story.image)


@step
def has_made_every_call():
    wanted = {name.removesuffix("Request") for name in dir(ims) if name.endswith("Request")}
    same(sorted(wanted - called), [])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="of huawei.env and huawei-other.env")
    parser.add_argument("--record", metavar="FILE", help="write the requests into this file")
    arguments = parser.parse_args()
    print(f"huaweicloudsdkims {version('huaweicloudsdkims')}")
    Story.proxy = recording.Proxy() if arguments.record else recording.Nobody()
    Story.demo = Cloud(arguments.folder, "huawei.env", Story.proxy)
    Story.other = Cloud(arguments.folder, "huawei-other.env", Story.proxy)
    passed = 0
    for function in steps:
        begun = time.monotonic()
        name = function.__name__.replace("_", " ")
        try:
            function()
        except Exception:
            traceback.print_exc()
            print(f"  FAILED  {name}")
            break
        passed += 1
        print(f"  ok      {name} ({time.monotonic() - begun:.2f} s)")
    failed = 0 if passed == len(steps) else 1
    print(f"huaweicloudsdkims: {passed} passed, {failed} failed, {len(steps) - passed - failed} skipped; {len(called)} operations")
    if arguments.record and not failed:
        names = {Story.demo.project: "{project_id}", Story.other.project: "{other_project_id}", SERVER: SERVER}
        with open(arguments.record, "w", encoding="utf-8") as file:
            json.dump(Story.proxy.written(names), file, indent=1)
            file.write("\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
