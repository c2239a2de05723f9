//! The pages of a list put together, and where the next one is.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use url::Url;

use super::super::{Cause, Model, answer::Answer, verdict::unreadable};
use crate::{
    provider::{BaseUrl, Call, ModelList, Next},
    secret::Secret,
};

/// Bytes of a mark: nobody's are longer, and it goes into a URL.
const LONGEST_MARK: usize = 4096;

/// Why a good answer is no page of a list.
pub(super) enum Bad {
    /// It cannot be read, or is something else.
    Unreadable(Cause),
    /// It goes on at another host.
    Elsewhere(String),
    /// There are too many models in it.
    TooMany,
    /// It goes round in circles.
    Endless,
}

/// What has been read so far.
pub(super) struct Pages<'a> {
    list: &'a ModelList,
    pub(super) secrets: Vec<&'a Secret>,
    most: usize,
    /// Pages of this list, where there are several.
    of_list: u32,
    /// Each once, in the order they came.
    pub(super) models: Vec<Model>,
    places: HashMap<String, usize>,
    asked: HashSet<Url>,
    /// Pages.
    pub(super) read: u32,
    /// Items that are no models.
    pub(super) refused: usize,
}

impl<'a> Pages<'a> {
    pub(super) fn new(list: &'a ModelList, first: Url, secrets: Vec<&'a Secret>, most: usize) -> Self {
        Self {
            list,
            secrets,
            most,
            of_list: 0,
            models: Vec::new(),
            places: HashMap::new(),
            asked: HashSet::from([first]),
            read: 0,
            refused: 0,
        }
    }

    /// What comes now is another list.
    pub(super) fn turn_to(&mut self, list: &'a ModelList, first: Url) {
        self.list = list;
        self.of_list = 0;
        self.asked.insert(first);
    }

    /// Takes a page in. Where the next one is: `None` after the last.
    pub(super) fn take(&mut self, call: &Call, answer: &Answer, base: &BaseUrl) -> Result<Option<Call>, Bad> {
        let json = answer.json().ok_or_else(|| Bad::Unreadable(unreadable(answer)))?;
        let before = self.models.len();
        let items = self.take_items(&json)?;
        let next = self.next(&json, answer, call, base)?;
        // An empty page may be followed by one that is not; one that is there again is followed by nothing new.
        let turns = self.of_list > 0 && items > 0 && self.models.len() == before;
        let again = next.as_ref().is_some_and(|next| !self.asked.insert(next.url(base)));
        if again || (turns && next.is_some()) {
            return Err(Bad::Endless);
        }
        self.read += 1;
        self.of_list += 1;
        Ok(next)
    }

    fn take_items(&mut self, json: &Value) -> Result<usize, Bad> {
        let find = |at: &String| if at == "[]" { Some(json) } else { json.pointer(at) }.and_then(Value::as_array);
        let mut parts = self.list.list.iter().filter_map(find).peekable();
        if parts.peek().is_none() {
            return Err(Bad::Unreadable(Cause::Shape));
        }
        let (mut items, mut refused) = (0, 0);
        for item in parts.flatten() {
            items += 1;
            match Model::read(self.list, item, &self.secrets) {
                Some(model) => self.add(model)?,
                None => refused += 1,
            }
        }
        // Items without a single id are the items of something else.
        if items > 0 && refused == items {
            return Err(Bad::Unreadable(Cause::Shape));
        }
        self.refused += refused;
        Ok(items)
    }

    fn add(&mut self, model: Model) -> Result<(), Bad> {
        if let Some(place) = self.places.get(&model.id) {
            self.models[*place].merge(model);
            return Ok(());
        }
        if self.models.len() >= self.most {
            return Err(Bad::TooMany);
        }
        self.places.insert(model.id.clone(), self.models.len());
        self.models.push(model);
        Ok(())
    }

    fn next(&self, json: &Value, answer: &Answer, call: &Call, base: &BaseUrl) -> Result<Option<Call>, Bad> {
        for way in &self.list.next {
            let next = match way {
                Next::Mark { at, query, more } => self.marked(json, at, query, more.as_deref())?,
                Next::Number { query, pages } => {
                    let pages = json.pointer(pages).and_then(Value::as_u64).unwrap_or(1);
                    let page = u64::from(self.of_list) + 2;
                    (page <= pages).then(|| self.list.call.with(query, &page.to_string()))
                }
                Next::Address { at } => match json.pointer(at).and_then(Value::as_str) {
                    Some(text) if !text.is_empty() => Some(turned(call, base, text)?),
                    _ => None,
                },
                Next::Link => match answer.header("link").and_then(next_link) {
                    Some(text) => Some(turned(call, base, text)?),
                    None => None,
                },
            };
            if next.is_some() {
                return Ok(next);
            }
        }
        Ok(None)
    }

    fn marked(&self, json: &Value, at: &str, query: &str, more: Option<&str>) -> Result<Option<Call>, Bad> {
        let says_more = more.and_then(|more| json.pointer(more)?.as_bool());
        if more.is_some() && says_more != Some(true) {
            return Ok(None);
        }
        let mark = match json.pointer(at) {
            Some(Value::String(text)) if text.len() <= LONGEST_MARK => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            None | Some(Value::Null) => String::new(),
            Some(_) => return Err(Bad::Unreadable(Cause::Shape)),
        };
        match (mark.is_empty(), says_more) {
            // "There is more" without a way to it: the list would pass for whole and is not.
            (true, Some(true)) => Err(Bad::Unreadable(Cause::Shape)),
            (true, _) => Ok(None),
            (false, _) => Ok(Some(self.list.call.with(query, &mark))),
        }
    }
}

/// The page at an address, if that is where the list is.
fn turned(call: &Call, base: &BaseUrl, address: &str) -> Result<Call, Bad> {
    let here = call.url(base);
    let there = here.join(address).map_err(|_| Bad::Unreadable(Cause::Shape))?;
    if there.origin() != here.origin() {
        return Err(Bad::Elsewhere(there.host_str().unwrap_or_default().to_owned()));
    }
    Ok(call.turned_to(&there))
}

/// The address of `rel="next"` in a `Link` header.
fn next_link(header: &str) -> Option<&str> {
    header.split('<').skip(1).find_map(|link| {
        let (address, rest) = link.split_once('>')?;
        let rest = rest.split(',').next()?.to_ascii_lowercase();
        let is_next = rest.split(';').any(|part| {
            part.trim().strip_prefix("rel=").is_some_and(|rel| rel.trim_matches('"').split(' ').any(|r| r == "next"))
        });
        is_next.then_some(address)
    })
}

#[cfg(test)]
mod tests {
    use super::next_link;

    #[test]
    fn a_link_header_names_the_next_page() {
        let two = r#"</v1/models?page=1>; rel="prev", </v1/models?page=3,4>; title="x"; rel="next last""#;
        assert_eq!(next_link(two), Some("/v1/models?page=3,4"));
        assert_eq!(next_link("<https://a.example/?p=2>; rel=next"), Some("https://a.example/?p=2"));
        for none in ["", "</a>; rel=prev", "rel=next", "<", "</a>, </b>; rel=\"prev\""] {
            assert_eq!(next_link(none), None, "{none}");
        }
    }
}
