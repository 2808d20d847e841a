#include "daemon/journal_sink.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using Fields = std::vector<std::string>;

TEST_CASE("the last words of a line are fields of its entry") {
  CHECK(journal_fields("GET /v1/models 200 3 ms caller=uid:1001 outcome=- fetched=0 trace_id=ab") ==
        Fields{"CALLER=uid:1001", "FETCHED=0", "TRACE_ID=ab"});
  CHECK(journal_fields("trace_id=ab") == Fields{"TRACE_ID=ab"});
  CHECK(journal_fields("detail=a=b") == Fields{"DETAIL=a=b"});
}

TEST_CASE("what stands before other words, or has no name, is no field") {
  CHECK(journal_fields("GET /x?trace_id=ab 200 3 ms").empty());
  CHECK(journal_fields("trace_id=ab is the trace").empty());
  CHECK(journal_fields("_pid=1").empty());
  CHECK(journal_fields("=1").empty());
  CHECK(journal_fields("MESSAGE=1").empty());
  CHECK(journal_fields("").empty());
  CHECK(journal_fields("audit head 3 9f86").empty());
}

}  // namespace
}  // namespace seekd::daemon
