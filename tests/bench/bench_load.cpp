// seekd-bench load: many callers with many connections for as long as is wished: is each answered,
// does each have his share of the model, does seekd stay the size it was?

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "tests/bench/bench.h"
#include "tests/bench/http_crowd.h"
#include "tests/bench/product_pages.h"
#include "tests/bench/trial_seekd.h"
#include "tests/bench/work_times.h"

namespace seekd::bench {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t tokens_max = 16;
// How many of twenty streams are each caller's: a share of the model is not had by asking more.
constexpr std::array<std::size_t, 4> streams_of_twenty{10, 5, 3, 2};
constexpr std::array<std::string_view, 4> callers{"crowd", "team", "desk", "lone"};

struct Options {
  std::size_t connections = 1000;
  std::size_t streams = 200;
  std::size_t seconds = 600;
  std::size_t pause_ms = 4000;  // of the connections without a stream
};

struct Tally {
  std::size_t answered = 0;
  std::size_t sent_away = 0;  // 429 and 503
  std::size_t failed = 0;     // any other status, a broken connection, a stream without its end
  std::vector<double> first_ms;
  std::vector<double> whole_ms;
  std::string last_failure;
};

double to_ms(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

void count(Tally& tally, const HttpReply& reply, bool streamed) {
  const bool complete = !streamed || reply.body.ends_with("data: [DONE]\n\n");
  if (reply.status == 200 && complete) {
    ++tally.answered;
    tally.first_ms.push_back(to_ms(reply.first));
    tally.whole_ms.push_back(to_ms(reply.whole));
  } else if (reply.status == 429 || reply.status == 503) {
    ++tally.sent_away;
  } else {
    ++tally.failed;
    tally.last_failure = fmt::format("{} {}", reply.status, reply.body.substr(0, 300));
  }
}

struct Size {
  double mib = 0;
  std::size_t files = 0;
};

class Trial {
 public:
  explicit Trial(const Options& options)
      : options_(options),
        seekd_(fmt::format("connections_max = {}\nqueue_max = {}\n", options.connections + 64,
                           2 * options.streams),
               {callers.begin(), callers.end()}),
        crowd_(io_, seekd_.server()),
        timer_(io_),
        end_(Clock::now() + std::chrono::seconds(options.seconds)) {
    for (std::size_t page = 0; page < product_pages; ++page) {
      seekd_.import(product_url(page), product_text(page));
    }
  }

  bool run() {
    const Size before = size();
    add_streams();
    for (std::size_t i = options_.streams; i < options_.connections; ++i) add_light(i);
    sample();
    io_.run();
    const double full = sizes_.size() > 1 ? sizes_[sizes_.size() / 3].mib : before.mib;
    const double last = sizes_.empty() ? before.mib : sizes_.back().mib;
    wait_for([&] { return size().files <= before.files; }, "seekd to close its connections");
    return report(before, full, last);
  }

 private:
  bool over() const { return Clock::now() >= end_; }

  void add_streams() {
    std::size_t caller = 0;
    std::size_t left = 0;
    for (std::size_t i = 0; i < options_.streams; ++i) {
      while (left == 0) left = streams_of_twenty[caller++ % callers.size()];
      --left;
      add_stream(std::string(callers[(caller - 1) % callers.size()]));
    }
  }

  void add_stream(const std::string& caller) {
    crowd_.add({.next = [this, caller]() -> std::optional<std::string> {
                  if (over()) return std::nullopt;
                  return post_request("/v1/chat/completions", question(), seekd_.key(caller));
                },
                .on_reply =
                    [this, caller](const HttpReply& reply) {
                      // What is answered behind the end is more for who asks more.
                      if (!over() || reply.status == 0) count(streams_[caller], reply, true);
                    }});
  }

  // Every second one over a stored page.
  std::string question() {
    json::object question = product_question(asked_++, tokens_max);
    question["stream"] = true;
    if (asked_ % 2 == 0) question["disable_search"] = true;
    return json::serialize(question);
  }

  void add_light(std::size_t number) {
    const std::string key = seekd_.key(std::string(callers[number % callers.size()]));
    crowd_.add({.next = [this, key, turn = number]() mutable -> std::optional<std::string> {
                  if (over()) return std::nullopt;
                  return light_request(turn++, key);
                },
                .on_reply = [this](const HttpReply& reply) { count(light_, reply, false); },
                .pause = std::chrono::milliseconds(options_.pause_ms)});
  }

  static std::string light_request(std::size_t turn, const std::string& key) {
    switch (turn % 4) {
      case 0:
        return get_request("/health");
      case 1:
        return get_request("/v1/models", key);
      case 2:
        return post_request(
            "/seekd/v1/search",
            fmt::format(R"({{"query": "port of Product{}"}})", turn % product_pages), key);
      default:
        return post_request("/seekd/v1/decide", R"({"question": "Who is the chancellor now?"})",
                            key);
    }
  }

  // Ten times a run.
  void sample() {
    timer_.expires_after(std::chrono::milliseconds(100 * options_.seconds));
    timer_.async_wait([this](const auto&) {
      if (over()) return;
      if (seekd_.has_ended()) give_up("seekd has ended: " + seekd_.log());
      sizes_.push_back(size());
      sample();
    });
  }

  Size size() const { return {seekd_.process().resident_mib(), seekd_.process().open_files()}; }

  bool report(const Size& before, double full, double last) const {
    std::cout << fmt::format("{} connections, {} streams, {} s\n", options_.connections,
                             options_.streams, options_.seconds);
    std::vector<double> answered;
    std::size_t failed = light_.failed;
    for (const auto& [caller, tally] : streams_) {
      print(caller, tally);
      answered.push_back(static_cast<double>(tally.answered));
      failed += tally.failed;
    }
    print("no stream", light_);
    const auto [least, most] = std::ranges::minmax(answered);
    std::cout << fmt::format(
        "least of a caller / most: {:.3f}; memory {:.0f} MiB before, {:.0f} a third in, {:.0f} at "
        "the end; {} files before and after\n",
        most > 0 ? least / most : 0, before.mib, full, last, before.files);
    return failed == 0;
  }

  static void print(const std::string& name, const Tally& tally) {
    std::cout << fmt::format(
        "{:<10} {:>7} answered {:>5} sent away {:>3} failed; first byte median {:>8.1f} ms p99 "
        "{:>8.1f}, whole {:>8.1f} and {:>8.1f}{}{}\n",
        name, tally.answered, tally.sent_away, tally.failed, quantile(tally.first_ms, 0.5),
        quantile(tally.first_ms, 0.99), quantile(tally.whole_ms, 0.5),
        quantile(tally.whole_ms, 0.99), tally.failed > 0 ? "; the last failure: " : "",
        tally.last_failure);
  }

  const Options options_;
  TrialSeekd seekd_;
  boost::asio::io_context io_;
  HttpCrowd crowd_;
  boost::asio::steady_timer timer_;
  const Clock::time_point end_;
  std::map<std::string, Tally> streams_;  // by caller
  Tally light_;
  std::vector<Size> sizes_;
  std::size_t asked_ = 0;
};

}  // namespace

void add_load_benchmark(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "load", "many callers' connections and streams: answers, shares of the model, memory");
  const auto options = std::make_shared<Options>();
  command->add_option("--connections", options->connections, "of all callers")
      ->capture_default_str();
  command->add_option("--streams", options->streams, "of these, with an answer streaming")
      ->check(CLI::Range(20, 100'000))
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "how long")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--pause", options->pause_ms, "of a connection without a stream, ms")
      ->capture_default_str();
  command->footer("Exit status 1 where a request failed or a connection broke.");
  command->callback([options] {
    if (!Trial(*options).run()) throw CLI::RuntimeError(1);
  });
}

}  // namespace seekd::bench
