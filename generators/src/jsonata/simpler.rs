//! Simpler trees, for the reducer: how large a tree is, and what may stand in its place.

use super::tree::{Operator, POSTFIX, Tree};

impl Tree {
    /// The tree of an expression between its delimiters, as it stands in a definition.
    pub(crate) fn of_field(text: &str) -> Option<Self> {
        let source = text.strip_prefix("{%")?.strip_suffix("%}")?;
        Self::parse(source)
    }

    /// This as it stands in a definition.
    pub(crate) fn to_field(&self) -> String {
        format!("{{% {self} %}}")
    }

    /// How many nodes it has.
    pub(crate) fn size(&self) -> usize {
        let own = match self {
            Self::Lambda(parameters, ..) => 1 + parameters.len(),
            _ => 1,
        };
        own + self.parts().into_iter().map(Self::size).sum::<usize>()
    }

    /// How far its nodes are from the plainest ones.
    pub(crate) fn strangeness(&self) -> usize {
        let own = match self {
            Self::Null | Self::Name(_) => 0,
            // Whatever stands in its place needs nobody who sets it.
            Self::Variable(_) => 6,
            Self::Bool(it) => 1 + usize::from(*it),
            Self::Number(it) => 3 + usize::from(it.fract() != 0.0),
            Self::Text(it) => 5 + usize::from(!it.is_empty()),
            Self::Infix(operator, ..) => rank(*operator),
            _ => 1,
        };
        own + self
            .parts()
            .into_iter()
            .map(Self::strangeness)
            .sum::<usize>()
    }

    /// Trees that are simpler in one place, those that lose most first.
    pub(crate) fn simpler(&self) -> Vec<Self> {
        let mut found: Vec<Self> = self.replacements();
        for at in 0..self.parts().len() {
            // What is called is a function, and what `$states` has is read through it.
            let is_kept = match self {
                Self::Call(function, _) => matches!(**function, Self::Variable(_)),
                Self::Infix(Operator::Dot, left, _) => **left == Self::variable("states"),
                _ => false,
            };
            if is_kept && at == 0 {
                continue;
            }
            for part in self.parts()[at].simpler() {
                let mut other = self.clone();
                if let Some(place) = other.parts_mut().into_iter().nth(at) {
                    *place = part;
                }
                found.push(other);
            }
        }
        found.into_iter().map(Self::mended).collect()
    }

    /// The parts at any depth, outer ones first, without names.
    pub(crate) fn inside(&self) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for part in self.parts() {
            if !matches!(
                part,
                Self::Name(_) | Self::Placeholder | Self::Infix(Operator::Range, ..)
            ) {
                found.push(part.clone());
            }
            found.extend(part.inside());
        }
        found
    }

    /// What may stand in its place.
    fn replacements(&self) -> Vec<Self> {
        let mut found = match self {
            Self::Name(_) | Self::Placeholder => return Vec::new(),
            Self::Null => Vec::new(),
            Self::Bool(it) => {
                let plain = it.then_some(Self::Bool(false));
                return [Self::Null].into_iter().chain(plain).collect();
            }
            Self::Number(it) => {
                let plain = [0.0, 1.0].into_iter().filter(|other| other < it);
                let plain = plain.map(Self::Number);
                return [Self::Null].into_iter().chain(plain).collect();
            }
            Self::Text(it) => {
                let plain = ["", "a"].into_iter().filter(|other| {
                    other.len() < it.len() || other.len() == it.len() && **other < **it
                });
                let plain = plain.map(Self::text);
                return [Self::Null].into_iter().chain(plain).collect();
            }
            _ => vec![
                Self::Object(Vec::new()),
                Self::Null,
                Self::Array(Vec::new()),
                Self::Bool(false),
                Self::Number(0.0),
                Self::text(""),
            ],
        };
        found.retain(|it| it != self);
        // A range stands in brackets only.
        let is_range = |it: &&Self| matches!(it, Self::Infix(Operator::Range, ..));
        let parts = self.parts().into_iter().filter(|it| !is_range(it));
        found.extend(parts.cloned());
        found.extend(self.inlined());
        found.extend(self.shortened());
        found.extend(self.with_plainer_operator());
        found
    }

    /// The same with a bound variable in place, or a function.
    fn inlined(&self) -> Vec<Self> {
        match self {
            Self::Block(parts) => (0..parts.len())
                .filter_map(|at| {
                    let Self::Infix(Operator::Bind, variable, value) = &parts[at] else {
                        return None;
                    };
                    let Self::Variable(name) = &**variable else {
                        return None;
                    };
                    let mut rest = parts.clone();
                    rest.remove(at);
                    let rest = rest.into_iter().map(|it| it.with(name, value));
                    Some(Self::Block(rest.collect()))
                })
                .collect(),
            Self::Call(function, arguments) => {
                let function = match &**function {
                    Self::Block(parts) if parts.len() == 1 => &parts[0],
                    other => other,
                };
                let Self::Lambda(parameters, _, body) = function else {
                    return Vec::new();
                };
                let pairs = parameters.iter().zip(arguments);
                let body = pairs.fold(Self::clone(body), |body, (name, argument)| {
                    body.with(name, argument)
                });
                vec![body]
            }
            Self::Infix(Operator::Pipe, given, function) => {
                let call = Self::Call(function.clone(), vec![Self::clone(given)]);
                vec![call]
            }
            _ => Vec::new(),
        }
    }

    /// This with something in place of a variable, except where the variable is bound.
    pub(crate) fn with(mut self, name: &str, value: &Self) -> Self {
        match &self {
            Self::Variable(other) if other == name => return value.clone(),
            Self::Lambda(parameters, ..) if parameters.iter().any(|it| it == name) => return self,
            // Applied at once: a function that is called where it stands is in doubt.
            Self::Call(function, arguments) if **function == Self::variable(name) => {
                if let Self::Lambda(parameters, _, body) = value {
                    let arguments = arguments.iter().map(|it| it.clone().with(name, value));
                    let mut pairs = parameters.iter().zip(arguments);
                    return pairs
                        .by_ref()
                        .fold(Self::clone(body), |body, (name, argument)| {
                            body.with(name, &argument)
                        });
                }
            }
            _ => {}
        }
        for part in self.parts_mut() {
            let inner = std::mem::replace(part, Self::Null);
            *part = inner.with(name, value);
        }
        self
    }

    /// This without one of its parts.
    fn shortened(&self) -> Vec<Self> {
        fn without<T: Clone>(all: &[T]) -> impl Iterator<Item = Vec<T>> + '_ {
            (0..all.len()).map(|at| {
                let mut rest = all.to_vec();
                rest.remove(at);
                rest
            })
        }
        match self {
            Self::Array(items) => without(items).map(Self::Array).collect(),
            Self::Block(parts) => without(parts)
                .filter(|rest| !rest.is_empty())
                .map(Self::Block)
                .collect(),
            Self::Object(members) => without(members).map(Self::Object).collect(),
            Self::Call(function, arguments) => without(arguments)
                .map(|rest| Self::Call(function.clone(), rest))
                .collect(),
            Self::Sort(inner, terms) => without(terms)
                .filter(|rest| !rest.is_empty())
                .map(|rest| Self::Sort(inner.clone(), rest))
                .collect(),
            Self::Lambda(parameters, Some(_), body) => {
                vec![Self::Lambda(parameters.clone(), None, body.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// This with a plainer operator of its kind, and with its operands the other way round.
    fn with_plainer_operator(&self) -> Vec<Self> {
        let Self::Infix(operator, left, right) = self else {
            return Vec::new();
        };
        let kin = KINDS.iter().find(|kind| kind.contains(operator));
        let plainer = kin.into_iter().copied().flatten();
        let mut found: Vec<Self> = plainer
            .take_while(|it| *it != operator)
            .map(|it| Self::Infix(*it, left.clone(), right.clone()))
            .collect();
        if COMMUTES.contains(operator) {
            found.push(Self::Infix(*operator, right.clone(), left.clone()));
        }
        found
    }

    /// This with parentheses where operands need them.
    fn mended(mut self) -> Self {
        for part in self.parts_mut() {
            let inner = std::mem::replace(part, Self::Null);
            *part = inner.mended();
        }
        match self {
            Self::Infix(Operator::Range, left, right) => Self::Infix(Operator::Range, left, right),
            Self::Infix(operator, left, right) => Self::infix(operator, *left, *right),
            Self::Filter(inner, predicate) => inner.filter(*predicate),
            Self::Negative(inner) => inner.negative(),
            Self::Condition(condition, then, Some(otherwise)) => {
                Self::condition(*condition, *then, *otherwise)
            }
            Self::Call(function, arguments) => {
                let function = match *function {
                    lambda @ Self::Lambda(..) => Self::Block(vec![lambda]),
                    other => other.at_least(POSTFIX),
                };
                Self::Call(function.into(), arguments)
            }
            other => other,
        }
    }

    /// This with the names `a`, `b`, … for what it binds.
    pub(crate) fn with_plain_names(mut self) -> Self {
        let mut bound = Vec::new();
        self.note_bound(&mut bound);
        let mut read = Vec::new();
        self.note_variables(&mut read);
        let free: Vec<&String> = read.iter().filter(|name| !bound.contains(name)).collect();
        let plain = ('a'..='z')
            .map(String::from)
            .filter(|it| !free.contains(&it));
        let plain: Vec<String> = plain.take(bound.len()).collect();
        self.rename_variables(&|name| {
            let place = bound.iter().position(|it| it == name);
            let plain = place.and_then(|place| plain.get(place));
            plain.map_or(name, String::as_str).to_owned()
        });
        self
    }

    fn note_bound(&self, bound: &mut Vec<String>) {
        let mut note = |name: &String| {
            if !bound.contains(name) {
                bound.push(name.clone());
            }
        };
        match self {
            Self::Lambda(parameters, ..) => parameters.iter().for_each(&mut note),
            Self::Infix(Operator::Bind, set, _)
            | Self::Infix(Operator::Focus | Operator::Index, _, set) => {
                if let Self::Variable(name) = &**set {
                    note(name);
                }
            }
            _ => {}
        }
        for part in self.parts() {
            part.note_bound(bound);
        }
    }

    fn note_variables(&self, seen: &mut Vec<String>) {
        if let Self::Variable(name) = self {
            seen.push(name.clone());
        }
        for part in self.parts() {
            part.note_variables(seen);
        }
    }

    /// Renames every variable, wherever it is set and read.
    pub(crate) fn rename_variables(&mut self, change: &dyn Fn(&str) -> String) {
        match self {
            Self::Variable(name) => *name = change(name),
            Self::Lambda(parameters, ..) => {
                for name in parameters {
                    *name = change(name);
                }
            }
            _ => {}
        }
        for part in self.parts_mut() {
            part.rename_variables(change);
        }
    }

    /// Renames the members of data: names on ways that do not lead through the context object, and
    /// keys.
    pub(crate) fn rename_members(&mut self, change: &mut dyn FnMut(&str) -> String) {
        self.rename_along(change);
    }

    fn rename_along(&mut self, change: &mut dyn FnMut(&str) -> String) -> Leads {
        match self {
            Self::Variable(name) if name == "states" => Leads::Fields,
            Self::Infix(Operator::Dot, left, right) => {
                let from = left.rename_along(change);
                let name = match &**right {
                    Self::Name(name) => Some(name.as_str()),
                    Self::Filter(inner, _) => match &**inner {
                        Self::Name(name) => Some(name.as_str()),
                        _ => None,
                    },
                    _ => None,
                };
                let to = from.after(name);
                if from == Leads::Data {
                    right.rename_along(change);
                } else if let Self::Filter(_, predicate) = &mut **right {
                    predicate.rename_along(change);
                }
                to
            }
            Self::Name(name) => {
                *name = change(name);
                Leads::Data
            }
            Self::Object(members) | Self::Group(_, members) => {
                for (key, value) in members {
                    if let Self::Text(key) = key {
                        *key = change(key);
                    } else {
                        key.rename_along(change);
                    }
                    value.rename_along(change);
                }
                if let Self::Group(inner, _) = self {
                    inner.rename_along(change);
                }
                Leads::Data
            }
            _ => {
                for part in self.parts_mut() {
                    part.rename_along(change);
                }
                Leads::Data
            }
        }
    }
}

/// Where a way leads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leads {
    /// Into data.
    Data,
    /// To `$states`.
    Fields,
    /// To the context object.
    Context,
    /// Into it, so many names before data; names of the language until then.
    Fixed(u8),
}

impl Leads {
    fn after(self, name: Option<&str>) -> Self {
        match (self, name) {
            (Self::Fields, Some("context")) => Self::Context,
            (Self::Context, Some("Execution")) => Self::Fixed(1),
            (Self::Context, Some("Map")) => Self::Fixed(2),
            (Self::Context, _) => Self::Fixed(u8::MAX),
            (Self::Fixed(1), Some("Input" | "Value")) => Self::Data,
            (Self::Fixed(1), _) => Self::Fixed(u8::MAX),
            (Self::Fixed(u8::MAX), _) => self,
            (Self::Fixed(more), _) => Self::Fixed(more - 1),
            (Self::Data | Self::Fields, _) => Self::Data,
        }
    }
}

/// Operators that may stand for each other, the plainest first.
const KINDS: [&[Operator]; 3] = [
    &[
        Operator::Equal,
        Operator::Unequal,
        Operator::Less,
        Operator::Greater,
        Operator::LessOrEqual,
        Operator::GreaterOrEqual,
        Operator::In,
    ],
    &[Operator::And, Operator::Or],
    &[
        Operator::Plus,
        Operator::Minus,
        Operator::Times,
        Operator::Divide,
        Operator::Modulo,
    ],
];

const COMMUTES: [Operator; 6] = [
    Operator::Equal,
    Operator::Unequal,
    Operator::And,
    Operator::Or,
    Operator::Plus,
    Operator::Times,
];

fn rank(operator: Operator) -> usize {
    let places = KINDS
        .iter()
        .filter_map(|kind| kind.iter().position(|it| *it == operator));
    places.map(|place| place + 1).sum()
}

#[cfg(test)]
mod tests {
    use super::Tree;

    fn simpler(text: &str) -> Vec<String> {
        let tree = Tree::parse(text).expect(text);
        tree.simpler().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn functions_and_variables_are_inlined() {
        let found = simpler("($v := 1 + 2; $v * 3)");
        assert!(found.contains(&"((1 + 2) * 3)".to_owned()), "{found:?}");
        let found = simpler("($f := function($x){$x + 1}; $f(2))");
        assert!(found.contains(&"(2 + 1)".to_owned()), "{found:?}");
        let found = simpler("(function($x){$x + 1})($y)");
        assert!(found.contains(&"$y + 1".to_owned()), "{found:?}");
        let found = simpler("$x ~> $sum");
        assert!(found.contains(&"$sum($x)".to_owned()), "{found:?}");
    }

    #[test]
    fn a_literal_is_plainer_than_a_variable() {
        let variable = Tree::parse("$v").unwrap();
        for literal in ["{}", "null", "[]", "false", "0", "\"\""] {
            assert!(simpler("$v").contains(&literal.to_owned()), "{literal}");
            assert!(
                simpler("$states").contains(&literal.to_owned()),
                "{literal}"
            );
            let literal = Tree::parse(literal).unwrap();
            assert!(literal.strangeness() < variable.strangeness());
        }
    }

    #[test]
    fn what_is_bound_gets_plain_names() {
        let tree = Tree::parse("($f := function($v){$v + $a}; $f($w))").unwrap();
        let plain = tree.with_plain_names().to_string();
        assert_eq!(plain, "($b := function($c){$c + $a}; $b($w))");
    }

    #[test]
    fn what_is_simpler_parses_to_itself() {
        for text in [
            "-(1 - 2)[0]",
            "(a ? b : c) & d",
            "$x.(a + b)[c = 1]",
            "[1..2]",
        ] {
            for tree in Tree::parse(text).unwrap().simpler() {
                let text = tree.to_string();
                assert_eq!(Tree::parse(&text).as_ref(), Some(&tree), "{text}");
            }
        }
    }

    #[test]
    fn members_are_renamed_and_the_language_is_not() {
        let text = "$states.input.a[b = $states.context.Map.Item.Value.c].d & \
                    $states.context.Execution.Input.a & $states.context.State.Name & {\"e\": $v.f}.e";
        let mut tree = Tree::parse(text).unwrap();
        tree.rename_members(&mut |name| format!("{name}{name}"));
        assert_eq!(
            tree.to_string(),
            "$states.input.aa[bb = $states.context.Map.Item.Value.cc].dd & \
             $states.context.Execution.Input.aa & $states.context.State.Name & {\"ee\": $v.ff}.ee"
        );
    }
}
