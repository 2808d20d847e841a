#include "fetcher/wire_notice.h"

#include <catch2/catch.hpp>

#include "fetcher/wire.h"

using namespace seekd;
using namespace seekd::fetcher;

TEST_CASE("notices come back as they were written, whatever stands in them") {
  NoticeRequest notice{"chat", "seekd-7", R"({"answer": "“7311”\n"})",
                       "0af7651916cd43dd8448eb211c80319c"};
  CHECK(parse_notice_request(to_json(notice)) == notice);
  notice.body = std::string(policy::notice_bytes_max, '"');
  CHECK(parse_notice_request(to_json(notice)) == notice);
}

TEST_CASE("a notice that breaks a bound, or whose id could end a header, is refused") {
  const NoticeRequest good{"chat", "a", "{}", ""};
  REQUIRE(parse_notice_request(to_json(good)));
  for (const std::string& id : {std::string(), std::string("a b"), std::string("a\r\nX: y"),
                                std::string("a."), std::string(65, 'a')}) {
    NoticeRequest bad = good;
    bad.id = id;
    CHECK_FALSE(parse_notice_request(to_json(bad)));
  }
  NoticeRequest bad = good;
  bad.body = std::string(policy::notice_bytes_max + 1, 'a');
  CHECK_FALSE(parse_notice_request(to_json(bad)));
  bad = good;
  bad.trace_id = std::string(32, '0');
  CHECK_FALSE(parse_notice_request(to_json(bad)));
  CHECK_FALSE(parse_notice_request(R"({"webhook": "a", "id": "b", "body": "c", "url": "d"})"));
}

TEST_CASE("a fetch says the trace that it is part of, and nothing else is one") {
  FetchRequest request;
  request.url = "https://example.org/";
  request.provenance = policy::Provenance::user;
  request.trace_id = "0af7651916cd43dd8448eb211c80319c";
  CHECK(parse_fetch_request(to_json(request)) == request);
  for (const std::string& id : {std::string("x"), std::string(32, '0'), std::string(33, 'a')}) {
    request.trace_id = id;
    CHECK_FALSE(parse_fetch_request(to_json(request)));
  }
}
