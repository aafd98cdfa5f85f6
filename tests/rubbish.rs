//! Engines that send invalid answers must cause trouble, never a finding.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use stepproof_tests::{Ran, stepproof};

/// Starts an endpoint that handles every connection in this way; returns its address.
fn endpoint(rubbish: fn(TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || rubbish(connection));
        }
    });
    format!("http://{address}")
}

fn run(rubbish: fn(TcpStream)) -> Ran {
    let directory = tempfile::tempdir().expect("a directory");
    let endpoint = endpoint(rubbish);
    let arguments = [
        "run",
        "--endpoint",
        &endpoint,
        "--cases",
        "5",
        "--seed",
        "1",
    ];
    stepproof(directory.path(), &arguments)
}

/// Reads a request first, so that the client does not see an answer before it has asked.
fn read(connection: &mut TcpStream) {
    let mut buffer = [0; 4_096];
    let _ = connection.read(&mut buffer);
}

fn answer(connection: &mut TcpStream, status: &str, body: &str) {
    read(connection);
    let length = body.len();
    let _ = write!(
        connection,
        "HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.0\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
}

/// The run must end without a finding, without success and without a panic, and say why.
fn is_trouble(ran: &Ran) {
    assert!(matches!(ran.status, 4..=6), "{ran:?}");
    assert!(!ran.out.contains("replay"), "{}", ran.out);
    assert!(!ran.err.contains("internal error"), "{}", ran.err);
    assert!(!ran.err.is_empty() || !ran.out.is_empty());
}

#[test]
fn an_engine_that_hangs_up() {
    is_trouble(&run(drop));
}

#[test]
fn an_engine_that_speaks_no_http() {
    is_trouble(&run(|mut connection| {
        read(&mut connection);
        let _ = connection.write_all(&[0, 159, 146, 150, 10, 10]);
    }));
}

#[test]
fn an_engine_that_answers_with_a_page() {
    is_trouble(&run(|mut connection| {
        answer(&mut connection, "200 OK", "<html>It works!</html>");
    }));
}

#[test]
fn an_engine_that_answers_with_nothing() {
    is_trouble(&run(|mut connection| {
        answer(&mut connection, "200 OK", "{}");
    }));
}

#[test]
fn an_engine_that_is_out_of_order() {
    is_trouble(&run(|mut connection| {
        answer(&mut connection, "500 Internal Server Error", "{}");
    }));
}
