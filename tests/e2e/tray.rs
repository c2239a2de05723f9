//! The window closed into the tray and opened from there. The desktop under test has no tray: the case is one, over D-Bus.

use std::{
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::Duration,
};

use zbus::{
    blocking::{Connection, Proxy, connection},
    interface,
    message::Header,
};

use crate::{
    app::{App, wait},
    closed_window, desk,
    routing::keystead,
};

/// How long the process is watched not to end.
const A_WHILE: Duration = Duration::from_secs(1);

/// What a desktop with a tray has on its bus.
struct Watcher(Sender<String>);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let _ = self.0.send(if service.starts_with('/') { sender } else { service.to_owned() });
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

fn tray() -> (Connection, Receiver<String>) {
    let (items, registered) = mpsc::channel();
    let name = "org.kde.StatusNotifierWatcher";
    let builder = connection::Builder::session().and_then(|bus| bus.name(name));
    let built = builder.and_then(|bus| bus.serve_at("/StatusNotifierWatcher", Watcher(items)));
    (built.and_then(connection::Builder::build).expect("a bus"), registered)
}

fn is_visible() -> bool {
    desk::is_open("^Keystead$")
}

fn is_on(app: &mut App) -> bool {
    wait(app.find("switch", "Stay in the tray").is_selected()).expect("a switch")
}

#[test]
fn a_desktop_without_a_tray_is_told_as_such_and_keeps_its_window() {
    closed_window(&[], |app| {
        app.start();
        app.go("settings/features");
        app.click("switch", "Stay in the tray");
        app.sees("This desktop shows no icons in a tray");
        assert!(!is_on(app), "what is not done is not said to be");
        let process = app.process();
        desk::close_window();
        desk::time_to_end(process, Duration::from_secs(5)).expect("closing it is the end");
    });
}

#[test]
fn the_window_is_closed_into_the_tray_and_comes_back() {
    closed_window(&[], |app| {
        // Not earlier: it is the desktop of every case.
        let (bus, registered) = tray();
        app.start();
        app.go("settings/features");
        let (done, told) = keystead(app, &["setting", "set", "tray", "on"]);
        assert!(done, "{told}");
        let an_icon = || registered.recv_timeout(Duration::from_secs(5)).expect("an icon");
        drop(an_icon());
        app.wait_until("the command's change", |app| is_on(app).then_some(()));
        app.click("switch", "Stay in the tray");
        app.wait_until("the switch to be off", |app| (!is_on(app)).then_some(()));
        app.click("switch", "Stay in the tray");
        let item = an_icon();
        let icon = Proxy::new(&bus, item.as_str(), "/StatusNotifierItem", "org.kde.StatusNotifierItem").expect("one");
        let pixels: Vec<(i32, i32, Vec<u8>)> = icon.get_property("IconPixmap").expect("a picture");
        assert!(
            pixels.iter().any(|(width, height, data)| data.len() == usize::try_from(width * height * 4).expect("one"))
        );

        assert!(is_on(app));

        let process = app.process();
        desk::close_window();
        app.wait_until("the window to go", |_| (!is_visible()).then_some(()));
        thread::sleep(A_WHILE);
        assert!(!desk::has_ended(process), "it is at work");
        icon.call::<_, _, ()>("Activate", &(0_i32, 0_i32)).expect("it is clicked");
        app.wait_until("the window", |_| is_visible().then_some(()));

        // The tray goes, with the window in it.
        desk::close_window();
        app.wait_until("the window to go", |_| (!is_visible()).then_some(()));
        bus.release_name("org.kde.StatusNotifierWatcher").expect("it goes");
        app.wait_until("the window, which nothing else would bring back", |_| is_visible().then_some(()));
        desk::close_window();
        desk::time_to_end(process, Duration::from_secs(5)).expect("closing it is the end again");
    });
}
