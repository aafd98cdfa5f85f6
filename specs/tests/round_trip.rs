//! Decoding and encoding a definition preserves everything, for the whole language.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use stepproof_specs::{
    asl::{Machine, Operator, from_text},
    query::jsonpath::template::Template,
};

/// Optional fields, by name.
type Fields = Vec<(&'static str, BoxedStrategy<Value>)>;

/// An object with a random selection of these fields.
fn some_of(fields: Fields) -> BoxedStrategy<Map<String, Value>> {
    let (names, values): (Vec<_>, Vec<_>) = fields
        .into_iter()
        .map(|(name, value)| (name, proptest::option::of(value)))
        .unzip();
    values
        .prop_map(move |values| {
            let fields = names.iter().zip(values);
            fields
                .filter_map(|(name, value)| Some(((*name).to_owned(), value?)))
                .collect()
        })
        .boxed()
}

/// An object with the fields of `left` and `right`.
fn both(
    left: impl Strategy<Value = Map<String, Value>> + 'static,
    right: impl Strategy<Value = Map<String, Value>> + 'static,
) -> BoxedStrategy<Map<String, Value>> {
    (left, right)
        .prop_map(|(mut left, right)| {
            left.extend(right);
            left
        })
        .boxed()
}

fn one_of(values: &'static [&'static str]) -> BoxedStrategy<Value> {
    select(values).prop_map(Value::from).boxed()
}

fn constant(value: Value) -> BoxedStrategy<Value> {
    Just(value).boxed()
}

fn number(from: u64, to: u64) -> BoxedStrategy<Value> {
    (from..=to).prop_map(Value::from).boxed()
}

/// A string that does not look like half an expression, which JSONata states refuse.
fn text() -> BoxedStrategy<Value> {
    "\\PC{0,6}"
        .prop_filter("half an expression", |text| {
            !text.contains("{%") && !text.contains("%}")
        })
        .prop_map(Value::from)
        .boxed()
}

fn data() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        Just(json!(2.0)),
        text(),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            object(inner).prop_map(Value::from),
        ]
    })
    .boxed()
}

fn object(value: BoxedStrategy<Value>) -> impl Strategy<Value = Map<String, Value>> {
    vec(("[a-z.$ é]{0,4}[a-z]", value), 0..4).prop_map(|fields| fields.into_iter().collect())
}

fn path() -> BoxedStrategy<Value> {
    one_of(&[
        "$",
        "$.a",
        "$.a['b c'][0]",
        "$$.Execution.Id",
        "$var.a",
        "$.a[*]",
        "$..b",
    ])
}

fn reference_path() -> BoxedStrategy<Value> {
    one_of(&["$.a", "$.a['b c'][0]", "$"])
}

/// A path field that may be null.
fn nullable(path: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop_oneof![Just(Value::Null), path].boxed()
}

fn source(path: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop_oneof![
        path,
        one_of(&[
            "States.UUID()",
            "States.Format('{} \\'', $.a, $$.b)",
            "States.Array(1, null)"
        ]),
    ]
    .boxed()
}

/// A payload template with dynamic fields at any depth.
fn template() -> BoxedStrategy<Value> {
    let dynamic = ("[A-Z]{1,2}", source(path()))
        .prop_map(|(name, source)| Value::from(Map::from_iter([(format!("{name}.$"), source)])));
    prop_oneof![data(), dynamic]
        .prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..3).prop_map(Value::from),
                object(inner).prop_map(Value::from),
            ]
        })
        .boxed()
}

/// A payload template in a field, which has to be an object.
fn payload() -> BoxedStrategy<Value> {
    object(template()).prop_map(Value::from).boxed()
}

fn assign(jsonata: bool) -> BoxedStrategy<Value> {
    let value = if jsonata {
        expression_data()
    } else {
        template()
    };
    vec(("[a-z]{1,3}", value), 0..3)
        .prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into())
        .boxed()
}

fn expression() -> BoxedStrategy<Value> {
    one_of(&["{% 1 %}", "{%$states.input%}", "{% $x := 1 %}"])
}

fn expression_data() -> BoxedStrategy<Value> {
    prop_oneof![
        data(),
        expression(),
        expression().prop_map(|e| json!({"k.$": [e]}))
    ]
    .boxed()
}

/// A number as a literal, or as a path or an expression, depending on the language.
fn limit(
    name: &'static str,
    twin: &'static str,
    from: u64,
    jsonata: bool,
) -> BoxedStrategy<Map<String, Value>> {
    let field = |name: &'static str, value: BoxedStrategy<Value>| {
        value.prop_map(move |value| Map::from_iter([(name.to_owned(), value)]))
    };
    let other = if jsonata {
        field(name, expression()).boxed()
    } else {
        field(twin, reference_path()).boxed()
    };
    prop_oneof![
        Just(Map::new()),
        field(name, number(from, 99_999_999)),
        other
    ]
    .boxed()
}

fn error_names() -> BoxedStrategy<Value> {
    vec(one_of(&["States.ALL", "States.Timeout", "Own"]), 1..3)
        .prop_map(Value::from)
        .boxed()
}

fn handlers(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    let rate = prop_oneof![Just(json!(2)), Just(json!(2.0)), Just(json!(1.25))];
    let retrier = both(
        error_names().prop_map(|names| Map::from_iter([("ErrorEquals".to_owned(), names)])),
        some_of(vec![
            ("IntervalSeconds", number(1, 99_999_999)),
            ("MaxAttempts", number(0, 99_999_999)),
            ("BackoffRate", rate.boxed()),
            ("MaxDelaySeconds", number(1, 31_622_400)),
            ("JitterStrategy", one_of(&["FULL", "NONE"])),
            ("Comment", text()),
        ]),
    );
    let mut fields: Fields = vec![("Assign", assign(jsonata)), ("Comment", text())];
    if jsonata {
        fields.push(("Output", expression_data()));
    } else {
        fields.push(("ResultPath", nullable(reference_path())));
    }
    let catcher = both(
        error_names().prop_map(|names| {
            Map::from_iter([
                ("ErrorEquals".to_owned(), names),
                ("Next".to_owned(), "S".into()),
            ])
        }),
        some_of(fields),
    );
    some_of(vec![
        ("Retry", vec(retrier, 0..3).prop_map(Value::from).boxed()),
        ("Catch", vec(catcher, 0..3).prop_map(Value::from).boxed()),
    ])
}

/// The fields that most types of states share.
fn common(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    let mut fields: Fields = vec![("Comment", text()), ("Assign", assign(jsonata))];
    if jsonata {
        fields.push(("Output", expression_data()));
    } else {
        fields.push(("InputPath", nullable(path())));
        fields.push(("OutputPath", nullable(path())));
    }
    some_of(fields)
}

/// The fields of types that have a result.
fn result(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    let fields: Fields = if jsonata {
        Vec::new()
    } else {
        vec![
            ("ResultSelector", payload()),
            ("ResultPath", nullable(reference_path())),
        ]
    };
    both(common(jsonata), both(handlers(jsonata), some_of(fields)))
}

fn arguments(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    some_of(if jsonata {
        vec![("Arguments", expression_data())]
    } else {
        vec![("Parameters", payload())]
    })
}

fn fixed(value: Value) -> BoxedStrategy<Map<String, Value>> {
    let Value::Object(object) = value else {
        unreachable!("an object")
    };
    Just(object).boxed()
}

fn transition() -> BoxedStrategy<Map<String, Value>> {
    prop_oneof![fixed(json!({"Next": "S"})), fixed(json!({"End": true}))].boxed()
}

fn pass(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    let own: Fields = if jsonata {
        Vec::new()
    } else {
        vec![
            ("Result", data()),
            ("Parameters", payload()),
            ("ResultPath", nullable(reference_path())),
        ]
    };
    let body = both(both(common(jsonata), some_of(own)), transition());
    both(fixed(json!({"Type": "Pass"})), body)
}

fn task(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    let limits = both(
        limit("TimeoutSeconds", "TimeoutSecondsPath", 1, jsonata),
        limit("HeartbeatSeconds", "HeartbeatSecondsPath", 1, jsonata),
    );
    let credentials = if jsonata {
        json!({"RoleArn": "{% $r %}"})
    } else {
        json!({"RoleArn.$": "$.r"})
    };
    let credentials = prop_oneof![Just(json!({"RoleArn": "r"})), Just(credentials)];
    let own = some_of(vec![("Credentials", credentials.boxed())]);
    let body = both(both(result(jsonata), arguments(jsonata)), both(limits, own));
    both(
        both(
            fixed(json!({"Type": "Task", "Resource": "r"})),
            transition(),
        ),
        body,
    )
}

fn wait(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    let mut forms = vec![
        json!({"Seconds": 0}),
        json!({"Timestamp": "2016-03-14T01:59:00.5Z"}),
    ];
    if jsonata {
        forms.push(json!({"Seconds": "{% 1 %}"}));
        forms.push(json!({"Timestamp": "{% $now() %}"}));
    } else {
        forms.push(json!({"SecondsPath": "$.s"}));
        forms.push(json!({"TimestampPath": "$.t"}));
    }
    let form = select(forms).prop_flat_map(fixed);
    let body = both(both(common(jsonata), form), transition());
    both(fixed(json!({"Type": "Wait"})), body)
}

fn condition(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    if jsonata {
        return prop_oneof![
            fixed(json!({"Condition": true})),
            fixed(json!({"Condition": "{% a %}"}))
        ]
        .boxed();
    }
    let operators: Vec<Operator> = Operator::all().collect();
    let test = (select(operators), any::<bool>()).prop_map(|(operator, twin)| {
        let name = operator.name();
        let operand = match name {
            _ if name.starts_with("Numeric") => json!(1.0),
            _ if name.starts_with("Timestamp") => json!("2016-03-14T01:59:00Z"),
            _ if name.starts_with("String") => json!("*"),
            _ => json!(true),
        };
        let (name, operand) = if twin && operator.has_path_twin() {
            (format!("{name}Path"), json!("$.b"))
        } else {
            (name.to_owned(), operand)
        };
        Map::from_iter([("Variable".to_owned(), json!("$.a[0]")), (name, operand)])
    });
    let nested = |name: &'static str, value: Value| Map::from_iter([(name.to_owned(), value)]);
    test.prop_recursive(2, 6, 2, move |inner| {
        let commented = both(inner, some_of(vec![("Comment", text())]));
        let inner = commented.prop_map(Value::from);
        prop_oneof![
            vec(inner.clone(), 1..3).prop_map(move |all| nested("And", all.into())),
            vec(inner.clone(), 1..3).prop_map(move |any| nested("Or", any.into())),
            inner.prop_map(move |not| nested("Not", not)),
        ]
    })
    .boxed()
}

fn choice(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    let mut fields: Fields = vec![("Comment", text()), ("Assign", assign(jsonata))];
    if jsonata {
        fields.push(("Output", expression_data()));
    }
    let rule = both(
        condition(jsonata),
        both(fixed(json!({"Next": "S"})), some_of(fields)),
    );
    let rules = vec(rule, 1..3)
        .prop_map(|rules| Map::from_iter([("Choices".to_owned(), Value::from(rules))]));
    let default = some_of(vec![("Default", constant(json!("S")))]);
    let body = both(both(rules, default), common(jsonata));
    both(fixed(json!({"Type": "Choice"})), body)
}

fn fail(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    let text_or_path = |name: &'static str, twin: &'static str| {
        let literal = some_of(vec![(name, constant(json!("e")))]);
        let other = if jsonata {
            (name, expression())
        } else {
            (twin, source(reference_path()))
        };
        prop_oneof![literal, some_of(vec![other])].boxed()
    };
    let body = both(
        text_or_path("Error", "ErrorPath"),
        text_or_path("Cause", "CausePath"),
    );
    both(fixed(json!({"Type": "Fail", "Comment": "c"})), body)
}

fn succeed(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    let common = common(jsonata).prop_map(|mut common| {
        common.remove("Assign");
        common
    });
    both(fixed(json!({"Type": "Succeed"})), common)
}

/// The field with the language of a state; it is required if the machine's language differs.
fn language(machine: bool, jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    let name = if jsonata { "JSONata" } else { "JSONPath" };
    if machine == jsonata {
        some_of(vec![("QueryLanguage", constant(json!(name)))])
    } else {
        fixed(json!({"QueryLanguage": name}))
    }
}

/// A state in a random language; in a JSONata machine, always in JSONata.
fn in_language(
    machine: bool,
    state: impl Fn(bool) -> BoxedStrategy<Map<String, Value>> + 'static,
) -> BoxedStrategy<Value> {
    any::<bool>()
        .prop_flat_map(move |jsonata| {
            let jsonata = machine || jsonata;
            both(state(jsonata), language(machine, jsonata))
        })
        .prop_map(Value::from)
        .boxed()
}

/// A state without inner scopes.
fn leaf(machine: bool) -> BoxedStrategy<Value> {
    in_language(machine, |jsonata| {
        prop_oneof![
            pass(jsonata),
            task(jsonata),
            wait(jsonata),
            choice(jsonata),
            fail(jsonata),
            succeed(jsonata),
        ]
        .boxed()
    })
}

fn scope(state: BoxedStrategy<Value>) -> BoxedStrategy<Map<String, Value>> {
    let more = vec(("[ -~é]{1,5}", state.clone()), 0..3);
    let states = (state, more).prop_map(|(first, more)| {
        let mut states: Map<String, Value> = more.into_iter().collect();
        states.insert("S".to_owned(), first);
        Map::from_iter([("States".to_owned(), Value::from(states))])
    });
    let comment = some_of(vec![("Comment", text())]);
    both(both(fixed(json!({"StartAt": "S"})), states), comment)
}

fn parallel(machine: bool, state: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let branches = vec(scope(state), 1..3)
        .prop_map(|branches| Map::from_iter([("Branches".to_owned(), Value::from(branches))]))
        .boxed();
    in_language(machine, move |jsonata| {
        let body = both(both(result(jsonata), arguments(jsonata)), branches.clone());
        both(both(fixed(json!({"Type": "Parallel"})), transition()), body)
    })
}

fn map(machine: bool, state: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let config = some_of(vec![(
        "ProcessorConfig",
        prop_oneof![
            Just(json!({})),
            Just(json!({"Mode": "INLINE"})),
            Just(json!({"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"})),
        ]
        .boxed(),
    )]);
    let processor = (both(scope(state), config), any::<bool>())
        .prop_map(|(scope, legacy)| {
            let name = if legacy { "Iterator" } else { "ItemProcessor" };
            Map::from_iter([(name.to_owned(), Value::from(scope))])
        })
        .boxed();
    in_language(machine, move |jsonata| {
        let body = both(
            both(processor.clone(), items(jsonata)),
            distributed(jsonata),
        );
        let limits = limit("MaxConcurrency", "MaxConcurrencyPath", 0, jsonata);
        let head = both(fixed(json!({"Type": "Map"})), transition());
        both(both(head, result(jsonata)), both(body, limits))
    })
}

/// The items of a Map, and the fields that shape them.
fn items(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    if jsonata {
        let items = prop_oneof![
            expression(),
            vec(expression_data(), 0..3).prop_map(Value::from),
            object(expression_data()).prop_map(Value::from),
        ];
        return some_of(vec![
            ("Items", items.boxed()),
            ("ItemSelector", expression_data()),
        ]);
    }
    let selector = prop_oneof![
        some_of(vec![("ItemSelector", payload())]),
        some_of(vec![("Parameters", payload())]),
    ];
    both(selector, some_of(vec![("ItemsPath", reference_path())]))
}

fn distributed(jsonata: bool) -> BoxedStrategy<Map<String, Value>> {
    let resource = "arn:aws:states:::s3:getObject";
    let (reader, percentage) = if jsonata {
        let reader = json!({"Resource": resource, "Arguments": {"Key": "{% $k %}"}});
        (reader, ("ToleratedFailurePercentage", expression()))
    } else {
        let reader = json!({"Resource": resource, "Parameters": {"Key.$": "$.k"}});
        (reader, ("ToleratedFailurePercentagePath", reference_path()))
    };
    some_of(vec![
        ("Label", constant(json!("label"))),
        ("ItemReader", constant(reader)),
        ("ItemBatcher", constant(json!({"MaxItemsPerBatch": 5}))),
        percentage,
        ("ToleratedFailureCount", number(0, 9)),
    ])
}

fn definition() -> impl Strategy<Value = Value> {
    any::<bool>().prop_flat_map(|machine| {
        let state = leaf(machine).prop_recursive(2, 6, 2, move |inner| {
            prop_oneof![
                parallel(machine, inner.clone().boxed()),
                map(machine, inner.boxed())
            ]
        });
        let top = some_of(vec![
            ("Version", constant(json!("1.0"))),
            ("TimeoutSeconds", number(0, 99_999_999)),
        ]);
        let language = if machine {
            fixed(json!({"QueryLanguage": "JSONata"}))
        } else {
            language(false, false)
        };
        both(scope(state.boxed()), both(top, language)).prop_map(Value::from)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn definitions_are_read_and_written_without_loss(definition in definition()) {
        let machine = Machine::from_value(&definition).map_err(|diagnostics| {
            TestCaseError::fail(format!("{definition}: {diagnostics:?}"))
        })?;
        let written = machine.to_value();
        prop_assert_eq!(&written, &definition);
        let again = Machine::from_value(&written).unwrap();
        prop_assert_eq!(&again, &machine);
        // The order of fields does not change any more once it has been written.
        prop_assert_eq!(again.to_value().to_string(), written.to_string());
        let text = serde_json::to_string_pretty(&definition).unwrap();
        prop_assert_eq!(from_text(&text).unwrap(), machine);
    }

    #[test]
    fn templates_are_read_and_written_without_loss(template in template()) {
        prop_assert_eq!(Template::parse(&template).unwrap().to_value(), template);
    }

    #[test]
    fn any_json_is_read_or_refused(value in data()) {
        let result = Machine::from_value(&value);
        prop_assert!(result.is_ok() || !result.unwrap_err().is_empty());
    }
}
