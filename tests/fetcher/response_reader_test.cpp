#include "fetcher/worker/response_reader.h"

#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::fetcher;
using policy::EgressReason;
using Next = ResponseReader::Next;

namespace {

const config::FetcherConfig limits;

// A reader that has been told the head of an HTML response.
ResponseReader reading(std::initializer_list<const char*> lines, JobKind kind = JobKind::page) {
  ResponseReader reader(kind, limits);
  reader.header_line("HTTP/1.1 200 OK\r\n");
  reader.header_line("Content-Type: text/html\r\n");
  for (const char* line : lines) reader.header_line(line);
  return reader;
}

EgressReason fault_of(ResponseReader& reader) {
  const Transfer transfer = reader.end(std::nullopt);
  return transfer.fault ? transfer.fault->reason : EgressReason::allowed;
}

}  // namespace

TEST_CASE("a complete response comes out as it went in") {
  ResponseReader reader = reading({"Content-Length: 10\r\n"});
  reader.count_header(80);
  CHECK(reader.header_line("\r\n") == Next::more);
  reader.count_body(10);
  CHECK(reader.body("hello") == Next::more);
  CHECK(reader.body("world") == Next::more);
  const Transfer transfer = reader.end(std::nullopt);
  CHECK_FALSE(transfer.fault);
  CHECK(transfer.body == "helloworld");
  CHECK(transfer.wire_bytes == 90);
}

TEST_CASE("nothing is read of a response without a page in it") {
  for (const char* status : {"HTTP/1.1 302 Found\r\n", "HTTP/1.1 304 Not Modified\r\n",
                             "HTTP/1.1 404 Not Found\r\n", "HTTP/1.1 206 Partial Content\r\n"}) {
    ResponseReader reader(JobKind::page, limits);
    reader.header_line(status);
    CHECK(reader.header_line("\r\n") == Next::stop);
    // What libcurl says of being stopped is no fault of the server's.
    CHECK_FALSE(reader.end(TransferFault{EgressReason::internal, "write error"}).fault);
  }
}

TEST_CASE("an interim response is read past") {
  ResponseReader reader(JobKind::page, limits);
  reader.header_line("HTTP/1.1 100 Continue\r\n");
  CHECK(reader.header_line("\r\n") == Next::more);
}

TEST_CASE("a head that is refused ends the transfer before the body") {
  ResponseReader framing = reading({"Content-Length: 1\r\n", "Content-Length: 2\r\n"});
  CHECK(framing.header_line("\r\n") == Next::stop);
  CHECK(fault_of(framing) == EgressReason::framing_invalid);
  ResponseReader type(JobKind::page, limits);
  type.header_line("HTTP/1.1 200 OK\r\n");
  CHECK(type.header_line("\r\n") == Next::stop);
  CHECK(fault_of(type) == EgressReason::content_type_denied);
  ResponseReader large = reading({"Content-Length: 999999999\r\n"});
  CHECK(large.header_line("\r\n") == Next::stop);
  CHECK(fault_of(large) == EgressReason::body_too_large);
}

TEST_CASE("headers have a limit, trailers and interim responses included") {
  ResponseReader reader = reading({"\r\n"});
  const std::string line = "X: " + std::string(60'000, 'x') + "\r\n";
  for (int i = 0; i < 5; ++i) CHECK(reader.header_line(line) == Next::more);
  CHECK(reader.header_line(line) == Next::stop);
  CHECK(fault_of(reader) == EgressReason::framing_invalid);
}

TEST_CASE("a body over the wire's limit, the decoded limit or the ratio is refused") {
  const std::string megabyte(1 << 20, 'x');
  ResponseReader wire = reading({"\r\n"});
  wire.count_body(limits.wire_bytes_max + 1);
  CHECK(wire.body("x") == Next::stop);
  CHECK(fault_of(wire) == EgressReason::body_too_large);

  ResponseReader decoded = reading({"\r\n"});
  decoded.count_body(1 << 20);
  for (int i = 0; i < 16; ++i) REQUIRE(decoded.body(megabyte) == Next::more);
  CHECK(decoded.body("x") == Next::stop);
  CHECK(fault_of(decoded) == EgressReason::body_too_large);

  ResponseReader ratio = reading({"\r\n"});
  ratio.count_body(1000);
  CHECK(ratio.body(megabyte) == Next::more);  // small pages may be repetitive
  CHECK(ratio.body("x") == Next::stop);
  CHECK(fault_of(ratio) == EgressReason::body_too_large);
}

TEST_CASE("a body that decodes to nothing for ever is stopped by what it costs on the wire") {
  ResponseReader reader = reading({"\r\n"});
  CHECK(reader.progress(0) == Next::more);
  reader.count_body(limits.wire_bytes_max + (1 << 20));
  CHECK(reader.progress(0) == Next::stop);
  CHECK(fault_of(reader) == EgressReason::body_too_large);
}

TEST_CASE("a connection that carries far more than a message is stopped") {
  ResponseReader reader = reading({"\r\n"});
  const auto whole = limits.wire_bytes_max + limits.header_bytes_max;
  CHECK(reader.progress(whole + whole / 2) == Next::more);
  CHECK(reader.progress(2 * whole + 1) == Next::stop);
  CHECK(fault_of(reader) == EgressReason::framing_invalid);
}

TEST_CASE("a response that ends within its head is no response") {
  ResponseReader reader = reading({"Content-Length: 0\r\n"});
  CHECK(fault_of(reader) == EgressReason::framing_invalid);
}

TEST_CASE("more than Content-Length announced is no complete body") {
  ResponseReader reader = reading({"Content-Length: 5\r\n", "\r\n"});
  reader.count_body(6);
  reader.body("hello");
  CHECK(fault_of(reader) == EgressReason::framing_invalid);
}

TEST_CASE("RFC 9309 §2.5: robots.txt beyond the limit is ignored, not refused") {
  ResponseReader reader = reading({"\r\n"}, JobKind::robots);
  const std::string half(policy::robots_bytes_max / 2 + 1, 'x');
  CHECK(reader.body(half) == Next::more);
  CHECK(reader.body(half) == Next::stop);
  const Transfer transfer = reader.end(TransferFault{EgressReason::internal, "write error"});
  CHECK_FALSE(transfer.fault);
  CHECK(transfer.body.size() == policy::robots_bytes_max);
}

TEST_CASE("what libcurl found is the fault where nothing of ours came before") {
  ResponseReader reader = reading({"\r\n"});
  CHECK(reader.end(TransferFault{EgressReason::timeout, "slow"}).fault->reason ==
        EgressReason::timeout);
}
