//! Times as services write them.

use cloudimg_core::wire::Timestamp;

pub(super) fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = Timestamp::from(&*text);
    assert_eq!((read.as_str(), read.to_string().as_str()), (&*text, &*text), "the text is not kept");
    let json = serde_json::to_string(&read).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(serde_json::from_str::<Timestamp>(&json).ok().as_ref(), Some(&read), "{text:?}");
    let Some(time) = read.time() else { return };
    assert_eq!(Timestamp::from(format!("\t {text}\n")).time(), Some(time), "space around {text:?} counts");
    let written = Timestamp::from(time);
    assert!(written.as_str().len() <= 40, "{written}");
    if !written.as_str().is_empty() {
        assert_eq!(written.time(), Some(time), "{text:?} is written as {written}");
    }
}
