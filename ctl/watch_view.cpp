#include "ctl/watch_view.h"

#include <array>
#include <chrono>
#include <ctime>
#include <iostream>

#include "config/quantity.h"
#include "ctl/json_view.h"
#include "ctl/terminal.h"
#include "policy/quoted.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr const char* spelling = "%Y-%m-%dT%H:%M:%SZ";
constexpr std::size_t url_characters_max = 2048;  // one that is cut names nothing
constexpr std::size_t question_characters_max = 300;

std::string rhythm_of(const json::object& watch) {
  const std::string rhythm = text_at(watch, "rhythm");
  if (rhythm == "calendar") return terminal_line(text_at(watch, "calendar"));
  const std::string every =
      "every " + config::duration_text(std::chrono::seconds(integer_at(watch, "every")));
  return rhythm == "learned" ? every + " (learned)" : every;
}

std::string due_of(const json::object& watch) {
  const json::value* const running = watch.if_contains("running");
  if (running != nullptr && running->is_bool() && running->get_bool()) return "running";
  const std::string due = text_at(watch, "due");
  return due.empty() ? "never again" : "next " + terminal_line(due);
}

std::string outcome_of(const json::object& run) {
  const std::string outcome = text_at(run, "outcome");
  if (outcome != "failed") return terminal_line(outcome);
  return "FAILED " + terminal_line(text_at(run, "reason"));
}

std::string latest_of(const json::object& watch) {
  const json::array& history = array_at(watch, "history");
  if (history.empty() || !history.front().is_object()) return "not run yet";
  return outcome_of(history.front().get_object());
}

void print_run(const json::object& run, std::string_view what) {
  std::cout << "  " << terminal_line(text_at(run, "at")) << "  " << outcome_of(run);
  if (integer_at(run, "http_status") != 0) {
    std::cout << "  HTTP " << integer_at(run, "http_status");
  }
  std::cout << "  "
            << config::bytes_text(static_cast<std::uint64_t>(integer_at(run, "wire_bytes")));
  const auto fetched = integer_at(run, "entries_fetched");
  const auto failed = integer_at(run, "entries_failed");
  if (fetched != 0 || failed != 0) {
    std::cout << "  " << what << ": " << fetched << " new, " << failed << " failed";
  }
  const std::string message = text_at(run, "message");
  if (!message.empty()) std::cout << "\n    " << terminal_line(message, 500);
  std::cout << '\n';
}

// A question is in its own words, a page by its URL.
std::string subject_of(const json::object& watch) {
  const std::string question = text_at(watch, "question");
  return question.empty() ? terminal_line(text_at(watch, "url"), url_characters_max)
                          : "\"" + terminal_line(question, question_characters_max) + '"';
}

void print_pages(const json::object& answer) {
  for (const json::value& page : array_at(answer, "changed")) {
    if (!page.is_object()) continue;
    std::cout << "    changed: "
              << terminal_line(text_at(page.get_object(), "url"), url_characters_max) << '\n';
  }
  for (const json::value& page : array_at(answer, "citations")) {
    if (!page.is_object()) continue;
    std::cout << "    cites: "
              << terminal_line(text_at(page.get_object(), "url"), url_characters_max)
              << "  version " << integer_at(page.get_object(), "version") << '\n';
  }
}

void print_delivery(const json::object& delivery) {
  if (delivery.empty()) return;
  std::cout << "    webhook: " << terminal_line(text_at(delivery, "state"));
  if (integer_at(delivery, "attempts") > 1) {
    std::cout << " after " << integer_at(delivery, "attempts") << " attempts";
  }
  const std::string problem = text_at(delivery, "problem");
  if (!problem.empty()) std::cout << "; " << terminal_line(problem);
  const std::string next = text_at(delivery, "next_at");
  if (!next.empty()) std::cout << "; next " << terminal_line(next);
  std::cout << '\n';
}

void print_answer(const json::object& answer) {
  std::cout << "  " << terminal_line(text_at(answer, "at")) << "  answer "
            << integer_at(answer, "event") << '\n'
            << terminal_text(text_at(answer, "answer")) << '\n';
  print_pages(answer);
  print_delivery(object_at(answer, "delivery"));
}

}  // namespace

void print_event(const json::object& event) {
  std::cout << terminal_line(text_at(event, "at")) << "  watch " << integer_at(event, "watch")
            << "  " << subject_of(event) << '\n'
            << terminal_text(text_at(event, "answer")) << '\n';
  print_pages(event);
  std::cout << std::flush;
}

void print_watch_line(const json::object& watch) {
  std::cout << integer_at(watch, "id") << "  " << subject_of(watch) << "\n   " << rhythm_of(watch)
            << "; " << latest_of(watch) << "; " << due_of(watch) << '\n';
}

void print_watch(const json::object& watch) {
  const bool question = !text_at(watch, "question").empty();
  std::cout << "watch " << integer_at(watch, "id") << "  " << subject_of(watch) << "\n  "
            << (question ? "question" : terminal_line(text_at(watch, "kind"))) << ", "
            << rhythm_of(watch) << "; " << due_of(watch) << "\n  " << integer_at(watch, "runs")
            << " runs: " << integer_at(watch, "changes") << " changed, "
            << integer_at(watch, "not_modified") << " not modified (304), "
            << integer_at(watch, "failures") << " failed\n";
  if (integer_at(watch, "entries_left") != 0) {
    std::cout << "  " << integer_at(watch, "entries_left") << " entries wait for the next run\n";
  }
  for (const json::value& run : array_at(watch, "history")) {
    if (run.is_object()) print_run(run.get_object(), question ? "cited pages" : "entries");
  }
  for (const json::value& answer : array_at(watch, "answers")) {
    if (answer.is_object()) print_answer(answer.get_object());
  }
}

void print_refresh(const json::object& refresh) {
  const auto bytes = [&](const char* name) {
    return config::bytes_text(static_cast<std::uint64_t>(integer_at(refresh, name)));
  };
  std::cout << integer_at(refresh, "watches") << " watches, " << integer_at(refresh, "running")
            << " running, " << integer_at(refresh, "failing") << " failing; today "
            << integer_at(refresh, "pages_today") << " of "
            << integer_at(refresh, "pages_per_day_max") << " pages, " << bytes("wire_bytes_today")
            << " of " << bytes("bytes_per_day_max") << ", " << integer_at(refresh, "answers_today")
            << " of " << integer_at(refresh, "answers_per_day_max") << " answers";
  const std::string quiet = text_at(refresh, "quiet_until");
  if (!quiet.empty()) std::cout << "; quiet until " << terminal_line(quiet);
  std::cout << '\n';
}

std::string moment_text(TimePoint moment) {
  const std::time_t seconds = moment.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), spelling, &parts)};
}

Result<TimePoint> moment_of(const std::string& text) {
  if (text.empty()) {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
  std::tm parts{};
  const char* const end = strptime(text.c_str(), spelling, &parts);
  const TimePoint moment{std::chrono::seconds(timegm(&parts))};
  // strptime takes short fields and days that no month has.
  if (end == nullptr || *end != '\0' || moment_text(moment) != text) {
    return fail(ErrorCode::invalid_argument,
                policy::quoted(text) + " is no time such as 2026-03-01T12:00:00Z");
  }
  return moment;
}

}  // namespace seekd::ctl
