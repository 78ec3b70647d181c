//! Each call, with everything that it can say, and with as little as it can.

use cloudimg_cdnetworks_vmp::types::{
    ImageFromInstance, ImageFromUrl, ImageRemove, ImageState, ImageType, OsType, Preheating, Switch,
};
use cloudimg_core::Error;
use serde_json::json;

use crate::exchange::{ok, sends};
use crate::refusals::is_refused;

const ID: &str = "5d2c7c1e-7c51-4d35-9a5b-0f7d8c6f5a10";

/// One line a call: its operation (with the test's name where an operation has several), method and target, body, the call, the answer.
/// Each becomes a test: the call is answered, then refused in each shape of a refusal.
macro_rules! wires {
    ($client:ident; $( $operation:ident $(as $name:ident)?: $line:expr, $body:expr, $call:expr => $answer:expr; )*) => {
        pub(crate) const OPERATIONS: &[&str] = &[$( stringify!($operation) ),*];
        $( wires!(@test [$operation $($name)?] $client $line, $body, $call, $answer); )*
    };
    (@test [$operation:ident] $($rest:tt)*) => {
        wires!(@test [$operation $operation] $($rest)*);
    };
    (@test [$operation:ident $name:ident] $client:ident $line:expr, $body:expr, $call:expr, $answer:expr) => {
        #[tokio::test]
        async fn $name() {
            let answer = sends(&ok($answer), $line, $body, async |$client| $call.send().await).await.unwrap();
            assert_eq!((answer.status().as_u16(), answer.headers()["x-cnc-request-id"].to_str().unwrap()), (200, "cnc-1"));
            let decoded = serde_json::to_value(answer.into_inner()).unwrap();
            assert_eq!(decoded, serde_json::from_str::<serde_json::Value>($answer).unwrap());
            is_refused(stringify!($operation), async |refusal| {
                sends(refusal, $line, $body, async |$client| $call.send().await).await.map(drop)
            })
            .await;
            // Whoever has a wrong key, or no way to the service, is told so by an error as well.
            let error: Error = { let $client = &away(); $call.send().await.map(drop).unwrap_err().into() };
            assert_eq!((error.kind(), error.operation()), (cloudimg_core::ErrorKind::Connect, Some(stringify!($operation))));
        }
    };
}

/// A client of a service where nobody listens.
fn away() -> cloudimg_cdnetworks_vmp::Client {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let session = cloudimg_core::Session::builder().credentials(crate::exchange::keys()).retry(cloudimg_core::retry::Never);
    cloudimg_cdnetworks_vmp::Client::new(&format!("http://127.0.0.1:{port}"), session.build().unwrap())
}

wires! { client;
    list_images as list_images_without_conditions: "GET /vmp/images", "", client.list_images() => r#"{"images":[]}"#;
    list_images as list_images_with_all_conditions:
        "GET /vmp/images?ids=a%2Cb&limit=5&marker=m-1&name=web%20base%2B%C3%A9&state=ACTIVE&type=SNAPSHOT\
         &sortKey=size&sortDir=asc&sortKey=name&sortDir=desc",
        "",
        client.list_images().ids("a,b").limit(5).marker("m-1").name("web base+é").state(ImageState::Active)
            .type_(ImageType::Snapshot).sort_key(vec!["size".into(), "name".into()])
            .sort_dir(vec!["asc".into(), "desc".into()])
        => r#"{"images":[{"id":"i1","name":"n","type":"SNAPSHOT","createdAt":"2026-11-02 08:15:30","size":"40","state":"ACTIVE"}]}"#;

    create_image: "POST /vmp/images", r#"{"instanceUuid":"s1","is_new":{"deep":[1,null]},"name":"n"}"#,
        client.create_image().body(
            json!({"name": "n", "instanceUuid": "s1", "is_new": {"deep": [1, null]}}).as_object().unwrap().clone()
        ) => r#"{"id":"i1"}"#;
    create_image_from_instance as create_image_from_instance_with_the_least: "POST /vmp/images", r#"{"name":"n","instanceUuid":"s1"}"#,
        client.create_image_from_instance().body(ImageFromInstance::new("n", "s1")) => r#"{"id":"i1"}"#;
    create_image_from_instance: "POST /vmp/images",
        r#"{"name":"镜像 <v2> & more","instanceUuid":"s1","ostype":"windows","minDisk":40,"qgaEnabled":"FALSE"}"#,
        client.create_image_from_instance().body(
            ImageFromInstance::new("镜像 <v2> & more", "s1").ostype(OsType::Windows).min_disk(40).qga_enabled(Switch::False)
        ) => r#"{"id":"i1"}"#;
    create_image_from_url as create_image_from_url_with_the_least: "POST /vmp/images",
        r#"{"name":"n","imageSrcUrl":"https://img.example.com/a","ostype":"linux"}"#,
        client.create_image_from_url().body(ImageFromUrl::new("n", "https://img.example.com/a", OsType::Linux))
        => r#"{"id":"i1"}"#;
    create_image_from_url: "POST /vmp/images",
        "{\"name\":\"n\",\"imageSrcUrl\":\"https://img.example.com/a.qcow2?x=1&y=2\",\"ostype\":\"linux\",\
          \"md5\":\"9e107d9d372bb6826bd81d3542a419d6\",\"minDisk\":40,\"qgaEnabled\":\"TRUE\"}",
        client.create_image_from_url().body(
            ImageFromUrl::new("n", "https://img.example.com/a.qcow2?x=1&y=2", "linux").md5("9e107d9d372bb6826bd81d3542a419d6")
                .min_disk(40).qga_enabled("TRUE")
        ) => r#"{"id":"i1"}"#;

    remove_image: &format!("DELETE /vmp/images/{ID}"), "", client.remove_image().image_id(ID) => "{}";
    remove_image_with_body: &format!("DELETE /vmp/images/{ID}"), &format!("{{\"imageId\":\"{ID}\"}}"),
        client.remove_image_with_body().image_id(ID).body(ImageRemove::new(ID)) => "{}";

    preheat_image: "PUT /vmp/images/preHeating", r#"{"imageId":"i1","nodeNames":["ams-01","节点-1"]}"#,
        client.preheat_image().body(Preheating::new("i1", ["ams-01", "节点-1"].map(str::to_owned).to_vec()))
        => r#"{"code":"0","message":"success"}"#;
    show_preheating: &format!("GET /vmp/images/preHeatingInfo/{ID}"), "", client.show_preheating().id(ID)
        => r#"{"code":"0","message":"success","data":{"preHeatingInfo":[{"nodeName":"ams-01","state":"SENDING"}]}}"#;
}
