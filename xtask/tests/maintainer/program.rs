//! Uses what a maintainer added: a field, a value of an enum, an operation, and a service.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use cloudimg_core::Session;

const IMAGE: &str = r#"{"id": "i1", "status": "sunny", "visibility": "private", "protected": false, "min_ram": 0, "min_disk": 0, "tags": [],
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "weather_report": "fine", "own": "kept"}"#;
const TOY: &str = r#"{"id": "t1", "colour": "green"}"#;

/// Answers two requests.
fn serve(listener: TcpListener) {
    for stream in listener.incoming().take(2) {
        let mut stream = stream.unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        while !lines.next().unwrap().unwrap().is_empty() {}
        let body = match first.as_str() {
            "GET /v2/images/i1/weather HTTP/1.1" => IMAGE,
            "GET /v1/toys/t1 HTTP/1.1" => TOY,
            other => panic!("{other}"),
        };
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).unwrap();
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || serve(listener));
    let session = Session::builder().build().unwrap();

    let glance = cloudimg_glance_v2::Client::new(&base, session.clone());
    let image = glance.show_image_weather().image_id("i1").send().await.unwrap().into_inner();
    assert_eq!(image.weather_report.as_deref(), Some("fine"));
    assert_eq!(image.status, cloudimg_glance_v2::types::ImageStatus::Sunny);
    assert_eq!(image.extra["own"], "kept");

    let toys = cloudimg_toy_v1::Client::new(&base, session);
    let toy = toys.show_toy().toy_id("t1").send().await.unwrap().into_inner();
    assert_eq!(toy.colour, cloudimg_toy_v1::types::ToyColour::Unlisted("green".to_owned()));
    server.join().unwrap();
    println!("it runs");
}
