// Answers to standing questions: which are news, and how they are kept.

#include <catch2/catch.hpp>

#include "daemon/standing/answer_book.h"
#include "daemon/standing/answer_record.h"
#include "daemon/standing/notice.h"
#include "policy/webhook.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

const TimePoint start = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

StandingAnswer answer(std::uint64_t event, std::string content) {
  StandingAnswer answer;
  answer.event = event;
  answer.at = answer.confirmed_at = start + std::chrono::hours(event);
  answer.content = std::move(content);
  answer.cited = {{"https://example.org/a", "A", "00ff", 3}};
  return answer;
}

TEST_CASE("answers come back as they were, and nothing else is taken for them") {
  StandingAnswer full = answer(300, "Port 7311.");
  full.changed = {{"https://example.org/a", 2, 3}, {"https://example.org/b", 1, 0}};
  full.delivery = {NoticeDelivery::State::pending, 4, start + 5min, "the server answered 500"};
  const std::vector<StandingAnswer> answers{StandingAnswer{}, full};
  const std::string bytes = encode(answers);
  std::vector<StandingAnswer> read;
  REQUIRE(decode(bytes, read));
  CHECK(read == answers);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size);
    CHECK_FALSE(decode(bytes.substr(0, size), read));
  }
  CHECK_FALSE(decode(bytes + '\0', read));
  CHECK_FALSE(decode(std::string(1, '\x7f') + bytes.substr(1), read));
}

TEST_CASE(
    "an answer that says the same from the same pages is no news, and confirms the one before") {
  AnswerBook book;
  CHECK(book.enter(1, answer(1, "Port 7311.")) == AnswerBook::Entered::as_new);
  StandingAnswer again = answer(2, " Port\n7311. ");
  again.cited[0].version = 4;
  CHECK(book.enter(1, again) == AnswerBook::Entered::as_confirmation);
  REQUIRE(book.of(1).size() == 1);
  CHECK(book.of(1)[0].event == 1);
  CHECK(book.of(1)[0].cited[0].version == 4);
  CHECK(book.of(1)[0].at == start + 1h);
  CHECK(book.of(1)[0].confirmed_at == start + 2h);

  StandingAnswer elsewhere = answer(3, "Port 7311.");
  elsewhere.cited[0].url = "https://example.org/b";
  CHECK(book.enter(1, elsewhere) == AnswerBook::Entered::as_new);
  CHECK(book.enter(1, answer(4, "Port 7999.")) == AnswerBook::Entered::as_new);
  CHECK(book.of(2).empty());
}

TEST_CASE("of many answers the latest are kept") {
  AnswerBook book;
  for (std::uint64_t event = 1; event <= 2 * answers_kept; ++event) {
    book.enter(7, answer(event, "Port " + std::to_string(event)));
  }
  REQUIRE(book.of(7).size() == answers_kept);
  CHECK(book.of(7).front().event == answers_kept + 1);
  CHECK_FALSE(book.set_delivery(7, 1, {}));
  CHECK(book.set_delivery(7, 2 * answers_kept, {NoticeDelivery::State::delivered, 1, {}, ""}));
  CHECK(book.of(7).back().delivery.state == NoticeDelivery::State::delivered);
}

TEST_CASE("who listens is told until he stops, and of the end once") {
  AnswerBook book;
  int told = 0;
  int ended = 0;
  const AnswerBook::Listener listener{[&](std::uint64_t, const StandingAnswer&) { ++told; },
                                      [&] { ++ended; }};
  const std::uint64_t first = book.listen(listener);
  book.listen(listener);
  book.announce(1, answer(1, "a"));
  book.stop_listening(first);
  book.announce(1, answer(2, "b"));
  CHECK(told == 3);
  book.close();
  book.close();
  book.announce(1, answer(3, "c"));
  CHECK(ended == 1);
  CHECK(told == 3);
}

TEST_CASE("a notice that would be too long says that its answer is cut") {
  Watch watch;
  watch.id = 5;
  watch.question = StandingQuestion{"Which port?", "", {}};
  const std::string text = notice_text(watch, answer(1, "Port 7311."));
  CHECK(text.find("\"answer\":\"Port 7311.\"") != text.npos);
  CHECK(text.find("answer_cut") == text.npos);
  // Each byte of it takes six.
  const std::string cut = notice_text(watch, answer(1, std::string(20'000, '\x01')));
  CHECK(cut.size() <= policy::notice_bytes_max);
  CHECK(cut.find("\"answer_cut\":true") != cut.npos);
}

}  // namespace
}  // namespace seekd::daemon
