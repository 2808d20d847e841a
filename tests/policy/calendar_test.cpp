// When a calendar elapses: held against systemd's own reading of the same words.

#include "policy/calendar.h"

#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <random>

#include <catch2/catch.hpp>

namespace seekd::policy {
namespace {

using namespace std::chrono;

constexpr std::size_t iterations = 6;

TimePoint moment(int y, unsigned m, unsigned d, int hour = 0, int minute = 0, int second = 0) {
  return sys_days(year(y) / month(m) / day(d)) + hours(hour) + minutes(minute) + seconds(second);
}

std::string text_of(TimePoint time) {
  const year_month_day date(floor<days>(time));
  const hh_mm_ss clock(time - floor<days>(time));
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()},
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

// "never", "refused", or the next moments, one behind another.
std::string ours(const std::string& calendar, TimePoint after) {
  const auto parsed = Calendar::parse(calendar);
  if (!parsed) return "refused";
  std::string all;
  for (std::size_t i = 0; i < iterations; ++i) {
    const auto next = parsed->next(after);
    if (!next) return all.empty() ? "never" : all;
    all += (all.empty() ? "" : ", ") + text_of(*next);
    after = *next;
  }
  return all;
}

// What `systemd-analyze calendar` says of each, in the same words; empty where it is not installed.
std::vector<std::string> systemds(const std::vector<std::string>& calendars, TimePoint after) {
  std::string command =
      "TZ=UTC LC_ALL=C systemd-analyze calendar --iterations=" + std::to_string(iterations) +
      " --base-time='" + text_of(after) + " UTC' --";
  for (const std::string& calendar : calendars) command += " '" + calendar + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> output(popen((command + " 2>&1").c_str(), "r"),
                                                     pclose);
  std::vector<std::string> said;
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), output.get()) != nullptr) {
    const std::string text = line.data();
    if (text.starts_with("Failed to parse")) said.emplace_back("refused");
    const bool first = text.contains("Next elapse: ");
    if (!first && !text.contains("Iter. #")) continue;
    const std::string value = text.substr(text.find(": ") + 2);
    if (first) said.emplace_back();
    if (value.starts_with("never")) {
      said.back() = "never";
    } else {
      // "Mon 2026-03-02 06:00:00 UTC"
      said.back() += (first ? "" : ", ") + value.substr(4, 19);
    }
  }
  return said;
}

void check_against_systemd(const std::vector<std::string>& calendars, TimePoint after) {
  const std::vector<std::string> said = systemds(calendars, after);
  REQUIRE(said.size() == calendars.size());
  for (std::size_t i = 0; i < calendars.size(); ++i) {
    INFO("'" << calendars[i] << "' after " << text_of(after));
    CHECK(ours(calendars[i], after) == said[i]);
  }
}

const std::vector<TimePoint> moments{moment(2026, 3, 1),
                                     moment(2026, 3, 29, 0, 59, 59),  // Europe's clocks change
                                     moment(2026, 11, 1, 5, 30),      // America's do
                                     moment(2024, 2, 28, 23, 59, 59),
                                     moment(2026, 12, 31, 23, 59, 58),
                                     moment(2099, 12, 31, 12)};

TEST_CASE("a calendar elapses when systemd says") {
  const std::vector<std::string> calendars{"minutely",
                                           "hourly",
                                           "daily",
                                           "Weekly",
                                           "MONTHLY",
                                           "quarterly",
                                           "semiannually",
                                           "semi-annually",
                                           "yearly",
                                           "annually",
                                           "daily UTC",
                                           "Mon..Fri 06:00",
                                           "Mon..Fri *-*-* 06:00",
                                           "monday",
                                           "Sun",
                                           "sat,SUN 08:05:40",
                                           "Mon, 10:00",
                                           "Mon,Wed..Fri 9:5",
                                           "Tuesday,Thu 1:2:3 UTC",
                                           "*-*-*",
                                           "*-*-* 12:00",
                                           "10-15",
                                           "*-10-15",
                                           "2026-12-24",
                                           "26-12-24 18:00",
                                           "70-01-01",
                                           "2026..2028-1-1",
                                           "2024/4-02-29",
                                           "*-02-29 12:00",
                                           "*-02-30",
                                           "2026-02-28..30 0:0",
                                           "*-*-1,15 12:30",
                                           "*-1/2-1,3 *:30:45",
                                           "*-*-1/10",
                                           "*-4,6..9-31",
                                           "Mon *-*-1..7",
                                           "Fri *-*-13",
                                           "*-*~1",
                                           "*-02~03",
                                           "*-*~03,01",
                                           "*-*~01..03",
                                           "*-*~07/1",
                                           "*-*~20/5",
                                           "Mon *-05~07/1",
                                           "Wed..Sat,Tue 27-10-15 1:2:3",
                                           "2,1:23",
                                           "12,14,13,12:20,10,30",
                                           "9..17/2:00",
                                           "9..17/2:15/20",
                                           "*:0/10",
                                           "*:2..58/7",
                                           "*:0..30",
                                           "*:*:*",
                                           "*:*:0/15",
                                           "*:*:5,10..12",
                                           "23:59:59",
                                           "00:00",
                                           "0:0:0",
                                           "*:00..59/7,3",
                                           "22..23:58..59:58..59",
                                           "2026-03-29 01..03:00/30",
                                           "*-*-1..31/40"};
  for (const TimePoint after : moments) check_against_systemd(calendars, after);
}

TEST_CASE("what systemd refuses is refused") {
  const std::vector<std::string> calendars{" ",
                                           "UTC",
                                           "15",
                                           "03",
                                           "Fri..Mon",
                                           "Mon..",
                                           "Mon..Tue..Wed",
                                           "Mox",
                                           "24:00",
                                           "*:60",
                                           "*:*:60",
                                           "12",
                                           "1:2:3:4",
                                           "*/2:00",
                                           "*-*/2-01",
                                           "*-*-31/3",
                                           "*-13-1",
                                           "*-0-1",
                                           "*-*-0",
                                           "*-*-32",
                                           "2200-1-1",
                                           "1969-1-1",
                                           "*:1,,2",
                                           "*:1/2/3",
                                           "*:0/0",
                                           "*:5..1",
                                           "*:1..",
                                           "*:..3",
                                           "*-*~03..01",
                                           "1-2-3-4",
                                           "daily 12:00",
                                           "12:00 daily",
                                           "2026-01-01 12:00 UTC UTC",
                                           "--",
                                           ":",
                                           "*-*-",
                                           "-1:00",
                                           "*:-1",
                                           "+1:00",
                                           "0x1:00",
                                           "1e1:00",
                                           "99999999999:00",
                                           "*:1/99999999999",
                                           "Mon Tue 12:00"};
  check_against_systemd(calendars, moments.front());
}

TEST_CASE("fractions of a second and other time zones are refused, not misread") {
  for (const char* text : {"*:*:0.5", "*:*:0/1.5", "12:00 Europe/Berlin", "12:00 CET",
                           "2026-03-01T11:12", "@1900000000", "Mon-Fri 12:00"}) {
    INFO(text);
    const auto parsed = Calendar::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ErrorCode::invalid_argument);
    CHECK(parsed.error().message.contains(std::string(text).substr(0, 4)));
  }
  CHECK(Calendar::parse(std::string(300, '*')).error().code == ErrorCode::too_large);
  CHECK_FALSE(Calendar::parse(""));
}

// One part of a calendar. Steps have an end and ranges a length: from an open step whose next value
// would be over its limit, as in "*:2/7", systemd 252 goes on past the first values of the next
// hour, and of the seconds it refuses "5..5".
std::string random_part(std::mt19937& dice, int least, int most) {
  const auto roll = [&](int from, int to) {
    return std::uniform_int_distribution<int>(from, std::max(from, to))(dice);
  };
  if (roll(0, 2) == 0) return "*";
  std::string part;
  for (int values = roll(1, 3); values > 0; --values) {
    if (!part.empty()) part += ',';
    const int first = roll(least, most);
    part += std::to_string(first);
    if (first == most || roll(0, 3) != 0) continue;
    part += ".." + std::to_string(roll(first + 1, most));
    if (roll(0, 3) == 0) part += "/" + std::to_string(roll(1, (most - least) / 2));
  }
  return part;
}

TEST_CASE("calendars that nobody thought of elapse when systemd says") {
  std::mt19937 dice(20260301);
  constexpr std::array weekdays{"", "", "", "Mon ", "Tue..Thu ", "Sat,Sun ", "Mon,Wed..Fri "};
  for (int round = 0; round < 12; ++round) {
    std::vector<std::string> calendars;
    for (int i = 0; i < 50; ++i) {
      std::string text = weekdays[dice() % weekdays.size()];
      text += random_part(dice, 2020, 2040) + "-" + random_part(dice, 1, 12) + "-" +
              random_part(dice, 1, 31) + " ";
      text += random_part(dice, 0, 23) + ":" + random_part(dice, 0, 59);
      if (dice() % 2 == 0) text += ":" + random_part(dice, 0, 59);
      calendars.push_back(text);
    }
    check_against_systemd(calendars, moments[static_cast<std::size_t>(round) % moments.size()]);
  }
}

TEST_CASE("the end of all calendars is an end") {
  const auto always = Calendar::parse("*:*:*");
  REQUIRE(always);
  CHECK(always->next(moment(2199, 12, 31, 23, 59, 58)) == moment(2199, 12, 31, 23, 59, 59));
  CHECK_FALSE(always->next(moment(2199, 12, 31, 23, 59, 59)));
  CHECK_FALSE(always->next(TimePoint::max()));
  CHECK(always->next(TimePoint::min()) == TimePoint(seconds(0)));
}

}  // namespace
}  // namespace seekd::policy
