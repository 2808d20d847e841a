#include "fetcher/worker/response_head.h"

#include <catch2/catch.hpp>

using namespace seekd::fetcher;

namespace {

ResponseHead head_of(std::initializer_list<std::string_view> lines) {
  ResponseHead head;
  head.add_line("HTTP/1.1 200 OK\r\n");
  for (const std::string_view line : lines) head.add_line(line);
  return head;
}

}  // namespace

TEST_CASE("the fields that caching needs are kept as written") {
  const auto head = head_of({"ETag: \"v1\"\r\n", "cache-control:no-cache",
                             "Cache-Control: max-age=1", "Content-Type: text/html; charset=utf-8"});
  CHECK(head.status() == 200);
  CHECK(head.caching().etag == "\"v1\"");
  CHECK(head.caching().cache_control == "no-cache, max-age=1");
  CHECK(head.content_type() == "text/html; charset=utf-8");
  CHECK(head.framing_fault() == nullptr);
}

TEST_CASE("an interim response is forgotten") {
  ResponseHead head;
  head.add_line("HTTP/1.1 103 Early Hints");
  head.add_line("Content-Length: 5");
  head.add_line("");
  head.add_line("HTTP/1.1 404 Not Found");
  CHECK(head.status() == 404);
  CHECK_FALSE(head.content_length());
}

TEST_CASE("RFC 9112 §2.1: a status line is the first line, and nothing behind it is one") {
  const auto hidden = head_of({"Content-Length: 5", "HTTP/x: 200", "Content-Length: 712"});
  CHECK(hidden.framing_fault() != nullptr);
  CHECK(hidden.content_length() == 712);
  CHECK(head_of({"Transfer-Encoding: chunked", "HTTP/x: 200", "Content-Length: 712"})
            .framing_fault() != nullptr);
  CHECK(head_of({"HTTP/1.1 404 Not Found"}).framing_fault() != nullptr);
  CHECK(head_of({"HTTP/1.1 404 Not Found"}).status() == 200);
  ResponseHead missing;
  missing.add_line("HTTP/1.1 404 Not Found");
  missing.add_line("HTTP/x: 200");
  CHECK(missing.status() == 404);
}

TEST_CASE("an interim head ends with an empty line, not with one that looks like it") {
  ResponseHead head;
  for (const char* line : {"HTTP/1.1 103 Early Hints", " ", "HTTP/1.1 200 OK", "ETag: \"x\""}) {
    head.add_line(line);
  }
  CHECK(head.status() == 103);
  CHECK(head.framing_fault() != nullptr);
}

TEST_CASE("a head that begins without a status line is a fault") {
  ResponseHead head;
  head.add_line("Content-Length: 5");
  CHECK(head.framing_fault() != nullptr);
}

TEST_CASE("RFC 9112 §6.3: lengths that contradict are a fault, equal ones are one") {
  CHECK(head_of({"Content-Length: 5", "Content-Length: 5"}).framing_fault() == nullptr);
  CHECK(head_of({"Content-Length: 5, 5"}).content_length() == 5);
  for (const char* second :
       {"Content-Length: 6", "content-length:4,5", "Transfer-Encoding: chunked"}) {
    INFO(second);
    CHECK(head_of({"Content-Length: 5", second}).framing_fault() != nullptr);
    CHECK(head_of({second, "Content-Length: 5"}).framing_fault() != nullptr);
  }
}

TEST_CASE("a length that is no number is a fault") {
  for (const char* line :
       {"Content-Length:", "Content-Length: -1", "Content-Length: +5", "Content-Length: 5 5",
        "Content-Length: 0x5", "Content-Length: 99999999999999999999999", "Content-Length: ,"}) {
    INFO(line);
    CHECK(head_of({line}).framing_fault() != nullptr);
  }
}

TEST_CASE("white space before a colon, or a line without one, is a fault") {
  CHECK(head_of({"Content-Length : 5"}).framing_fault() != nullptr);
  CHECK(head_of({" folded"}).framing_fault() != nullptr);
  CHECK(head_of({": empty"}).framing_fault() != nullptr);
}

TEST_CASE("a transfer coding beside chunked is a fault") {
  CHECK(head_of({"Transfer-Encoding: Chunked"}).framing_fault() == nullptr);
  CHECK(head_of({"Transfer-Encoding: gzip, chunked"}).framing_fault() != nullptr);
  CHECK(head_of({"Transfer-Encoding: xchunked"}).framing_fault() != nullptr);
}

TEST_CASE("several Locations that differ are none") {
  CHECK(head_of({"Location: /a", "Location: /a"}).location() == "/a");
  CHECK_FALSE(head_of({"Location: /a", "Location: /b", "Location: /a"}).location());
}

TEST_CASE("field values that could not go back into a request are left out") {
  CHECK(head_of({"ETag: \"\xff\""}).caching().etag.empty());
  CHECK(head_of({"ETag: " + std::string(10'000, 'x')}).caching().etag.empty());
}
