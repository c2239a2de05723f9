//! The service itself: a plain loop over the calls that come, as far as the specification's clients of it need, so that it
//! can be late, silent, gone or wrong at any of them.

use std::{collections::HashMap, sync::Arc, thread, time::Duration};

use serde::{Deserialize, Serialize};
use zbus::{
    Message,
    blocking::{Connection, MessageIterator, connection},
    message::Type,
    zvariant::{self, ObjectPath, OwnedObjectPath, OwnedValue, Value},
};

use crate::{
    cipher::{ALGORITHM, Cipher},
    trouble::{CANARY, Trouble},
    world::{COLLECTION, Item, Shared, World},
};

const NAME: &str = "org.freedesktop.secrets";
const PROMPT: &str = "/org/freedesktop/secrets/prompt/1";
const LONG: Duration = Duration::from_mins(1);

/// A secret on its way, as the specification has it.
#[derive(Serialize, Deserialize, zvariant::Type)]
struct Sealed {
    session: OwnedObjectPath,
    parameters: Vec<u8>,
    value: Vec<u8>,
    content_type: String,
}

/// How a call ended.
enum End {
    Answered,
    /// With the service, in the middle of it.
    Gone,
    /// The same, and another one takes its place.
    Replaced,
}

/// Why a call is refused: the error's name and text.
struct Refusal(&'static str, &'static str);

impl From<zbus::Error> for Refusal {
    fn from(_: zbus::Error) -> Self {
        Self("org.freedesktop.DBus.Error.InvalidArgs", "not as specified")
    }
}

type Handled = Result<(), Refusal>;

/// A way to the bus, with the name if it is to be seen.
pub(crate) struct Keyring {
    connection: Connection,
    shared: Arc<Shared>,
    address: String,
}

impl Keyring {
    /// Starts it on a thread of its own; the connection is to take its name away.
    pub(crate) fn start(address: &str, shared: &Arc<Shared>) -> Connection {
        let connection = connection::Builder::address(address).and_then(connection::Builder::build).expect("the bus");
        let service = Self { connection: connection.clone(), shared: Arc::clone(shared), address: address.to_owned() };
        let calls = MessageIterator::from(&connection);
        thread::spawn(move || service.serve(calls));
        connection.request_name(NAME).expect("the name is free");
        connection
    }

    /// Leaves the name to nobody.
    pub(crate) fn hide(connection: &Connection) {
        connection.release_name(NAME).expect("it has the name");
    }

    fn serve(self, calls: MessageIterator) {
        for call in calls.map_while(Result::ok).filter(|call| call.message_type() == Type::MethodCall) {
            match self.answer(&call) {
                End::Answered => {}
                End::Gone => break,
                End::Replaced => {
                    let _ = self.connection.release_name(NAME);
                    self.shared.world().sessions.clear();
                    drop(Self::start(&self.address, &self.shared));
                    break;
                }
            }
        }
        let _ = self.connection.close();
    }

    fn answer(&self, call: &Message) -> End {
        let header = call.header();
        let member = header.member().map(ToString::to_string).unwrap_or_default();
        let asked = match &*member {
            // What is asked is the property.
            "Get" => call.body().deserialize::<(String, String)>().map(|(_, name)| name).unwrap_or_default(),
            _ => member,
        };
        // Not in the match: the service waits without holding on to its world.
        let trouble = self.shared.world().trouble_at(&asked);
        match trouble {
            Some(Trouble::Hang) => self.shared.wait(LONG),
            Some(Trouble::Slow(_)) => self.shared.wait(trouble.and_then(Trouble::delay).unwrap_or_default()),
            Some(Trouble::DropConnection) => return End::Gone,
            Some(Trouble::Restart) => return End::Replaced,
            Some(Trouble::LockedMidway) => self.shared.world().locked = true,
            Some(Trouble::ErrorText) => {
                return self.refuse(call, &Refusal("org.freedesktop.DBus.Error.Failed", CANARY));
            }
            _ => {}
        }
        match self.handle(call, &asked) {
            Ok(()) => End::Answered,
            Err(refusal) => self.refuse(call, &refusal),
        }
    }

    fn refuse(&self, call: &Message, refusal: &Refusal) -> End {
        // Nobody may be listening any more: here, and in every reply below.
        let _ = self.connection.reply_error(&call.header(), refusal.0, &refusal.1);
        End::Answered
    }

    fn handle(&self, call: &Message, asked: &str) -> Handled {
        let path = call.header().path().map(ToString::to_string).unwrap_or_default();
        let mut world = self.shared.world();
        match asked {
            "OpenSession" => self.open_session(call, &mut world),
            "ReadAlias" => self.reply(call, &object(COLLECTION)),
            "SearchItems" => self.search(call, &mut world),
            "Unlock" => self.reply(call, &(Vec::<OwnedObjectPath>::new(), object(PROMPT))),
            "Prompt" => self.prompt(call, &world),
            "Dismiss" => self.reply(call, &()),
            "CreateItem" => self.create(call, &mut world),
            "Locked" => self.reply(call, &Value::from(world.locked)),
            "Label" if path == COLLECTION => self.reply(call, &Value::from("Login")),
            "Label" | "Attributes" | "GetSecret" | "Delete" => self.of_item(call, asked, &path, &mut world),
            _ => Err(Refusal("org.freedesktop.DBus.Error.UnknownMethod", "no such method")),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "what handling ends with")]
    fn reply(&self, call: &Message, body: &(impl Serialize + zvariant::DynamicType)) -> Handled {
        let _ = self.connection.reply(&call.header(), body);
        Ok(())
    }

    fn open_session(&self, call: &Message, world: &mut World) -> Handled {
        let body = call.body();
        let (algorithm, input): (String, Value<'_>) = body.deserialize()?;
        if algorithm != ALGORITHM {
            return Err(Refusal("org.freedesktop.DBus.Error.NotSupported", "only encrypted sessions"));
        }
        let client = Vec::<u8>::try_from(input).map_err(zbus::Error::from)?;
        let (cipher, public) = Cipher::agree(&client);
        let path = format!("/org/freedesktop/secrets/session/s{}", world.number());
        world.sessions.insert(path.clone(), cipher);
        self.reply(call, &(Value::from(public), object(&path)))
    }

    fn search(&self, call: &Message, world: &mut World) -> Handled {
        let wanted: HashMap<String, String> = call.body().deserialize()?;
        world.searches += 1;
        if world.trouble() == Some(Trouble::EmptySearch) {
            world.locked = true;
            return self.reply(call, &(Vec::<OwnedObjectPath>::new(), Vec::<OwnedObjectPath>::new()));
        }
        let found: Vec<OwnedObjectPath> = world.matching(&wanted).iter().map(|path| object(path)).collect();
        let locked = world.locked || (world.second_search() && world.trouble().is_some_and(Trouble::prompts));
        self.reply(call, &if locked { (Vec::new(), found) } else { (found, Vec::new()) })
    }

    /// Says yes to the call; what the user said comes later, as a signal.
    fn prompt(&self, call: &Message, world: &World) -> Handled {
        let signal = Message::signal(PROMPT, "org.freedesktop.Secret.Prompt", "Completed")?;
        let completed = match world.trouble() {
            Some(Trouble::PromptNever) => None,
            Some(Trouble::PromptWrongType) => Some(signal.build(&("yes", 7_u32))?),
            _ => Some(signal.build(&(true, Value::from("")))?),
        };
        self.reply(call, &())?;
        let _ = completed.map(|signal| self.connection.send(&signal));
        Ok(())
    }

    fn create(&self, call: &Message, world: &mut World) -> Handled {
        let body = call.body();
        let (properties, sealed, _): (HashMap<String, OwnedValue>, Sealed, bool) = body.deserialize()?;
        if world.locked {
            return Err(Refusal("org.freedesktop.Secret.Error.IsLocked", "locked"));
        }
        let secret = session(world, &sealed.session)?.decrypt(&sealed.parameters, &sealed.value);
        if world.trouble().is_some_and(Trouble::prompts) {
            return self.reply(call, &(object("/"), object(PROMPT)));
        }
        let property = |name: &str| properties.get(&format!("org.freedesktop.Secret.Item.{name}")).cloned();
        let label = property("Label").and_then(|value| String::try_from(value).ok()).unwrap_or_default();
        let attributes = property("Attributes").and_then(|value| HashMap::try_from(value).ok()).unwrap_or_default();
        let item = Item { path: format!("{COLLECTION}/{}", world.number()), label, attributes, secret };
        let made = object(&item.path);
        if world.trouble() == Some(Trouble::Duplicates) {
            world.items.push(Item { path: format!("{}_copy", item.path), ..item.clone() });
        }
        world.items.push(item);
        world.created = true;
        self.reply(call, &(made, object("/")))
    }

    fn of_item(&self, call: &Message, asked: &str, path: &str, world: &mut World) -> Handled {
        if world.locked {
            return Err(Refusal("org.freedesktop.Secret.Error.IsLocked", "locked"));
        }
        let (spoils, prompts) = (world.spoils(), world.trouble().is_some_and(Trouble::prompts));
        let gone = Refusal("org.freedesktop.Secret.Error.NoSuchObject", "no such item");
        let Item { label, attributes, mut secret, .. } = world.item(path).ok_or(gone)?.clone();
        match asked {
            "Label" => self.reply(call, &Value::from(label)),
            "Attributes" => self.reply(call, &Value::from(attributes)),
            "Delete" if prompts => self.reply(call, &object(PROMPT)),
            "Delete" => {
                world.items.retain(|item| item.path != path);
                self.reply(call, &object("/"))
            }
            _ => {
                match spoils {
                    Some(Trouble::WrongSecret) => secret = b"{\"not\":\"what was written\"}".to_vec(),
                    Some(Trouble::Truncated) => secret.truncate(secret.len() / 2),
                    _ => {}
                }
                let asked: OwnedObjectPath = call.body().deserialize()?;
                let (parameters, value) = session(world, &asked)?.encrypt(&secret);
                let sealed = Sealed { session: asked, parameters, value, content_type: "text/plain".into() };
                self.reply(call, &sealed)
            }
        }
    }
}

fn session<'a>(world: &'a World, path: &OwnedObjectPath) -> Result<&'a Cipher, Refusal> {
    let unknown = Refusal("org.freedesktop.Secret.Error.NoSession", "no such session");
    world.sessions.get(path.as_str()).ok_or(unknown)
}

fn object(path: &str) -> OwnedObjectPath {
    ObjectPath::try_from(path).expect("a path").into()
}
