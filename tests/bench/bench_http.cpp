// seekd-bench http: what seekd takes for an answer beside the model's own time, and what nginx
// takes to serve a file on the same machine.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/http_crowd.h"
#include "tests/bench/product_pages.h"
#include "tests/bench/trial_folder.h"
#include "tests/bench/trial_seekd.h"
#include "tests/bench/work_times.h"

namespace seekd::bench {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t tokens_max = 24;

struct Options {
  std::size_t requests = 5000;
  std::size_t questions = 100;  // that the model answers
  std::vector<std::size_t> connections{1, 64};
  bool json = false;
};

struct Row {
  std::string name;
  std::size_t connections = 0;
  double per_second = 0;
  std::vector<double> milliseconds;
};

std::string question(std::size_t number) {
  json::object question = product_question(number, tokens_max);
  question["offline"] = true;
  question["trace"] = true;
  return json::serialize(question);
}

double to_ms(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// nginx with one worker for one file, without a log, connections kept.
class FileServer {
 public:
  explicit FileServer(const std::string& content) {
    write_file(folder_ / "file.json", content);
    write_file(
        folder_ / "nginx.conf",
        fmt::format(R"(daemon off; {2} pid {0}/nginx.pid; worker_processes 1; error_log {0}/log;
events {{ worker_connections 2048; }}
http {{
  access_log off; keepalive_requests 10000000; sendfile on; tcp_nopush on; open_file_cache max=10;
  client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;
  server {{ listen 127.0.0.1:{1} backlog=2048; root {0}; }}
}})",
                    folder_.path().native(), port_, geteuid() == 0 ? "user root;" : ""));
    process_ =
        Child({"nginx", "-e", folder_ / "log", "-c", folder_ / "nginx.conf"}, folder_ / "log");
    wait_for([&] { return ask_once(server(), get_request("/file.json")).status == 200; }, "nginx");
  }
  HttpCrowd::Server server() const { return loopback_server(port_); }

 private:
  TrialFolder folder_;
  const std::uint16_t port_ = free_port();
  Child process_;
};

struct Load {
  std::string name;
  HttpCrowd::Server server;
  std::size_t requests = 0;
  std::function<std::string(std::size_t number)> request;
  std::function<double(const HttpReply&)> milliseconds = [](const HttpReply& reply) {
    return to_ms(reply.whole);
  };
};

Row measure(const Load& load, std::size_t connections) {
  boost::asio::io_context io;
  HttpCrowd crowd(io, load.server);
  Row row{load.name, connections, 0, {}};
  std::size_t sent = 0;
  for (std::size_t i = 0; i < connections; ++i) {
    crowd.add({.next = [&]() -> std::optional<std::string> {
                 if (sent == load.requests) return std::nullopt;
                 return load.request(sent++);
               },
               .on_reply =
                   [&](const HttpReply& reply) {
                     if (reply.status != 200) give_up(load.name + ": " + reply.body);
                     row.milliseconds.push_back(load.milliseconds(reply));
                   }});
  }
  const auto begun = Clock::now();
  io.run();
  row.per_second = static_cast<double>(load.requests) / seconds_since(begun);
  return row;
}

double moment_of(const json::value& answer, std::string_view name) {
  for (const json::value& step : answer.at("trace").as_array()) {
    if (step.at("step").as_string() == name) return step.at("at_ms").to_number<double>();
  }
  give_up("an answer was not written by the model");
}

// All that passed before the prompt was with the model, and after the model had ended.
double beside_the_model(const HttpReply& reply) {
  const json::value answer = json::parse(reply.body);
  return to_ms(reply.whole) - (moment_of(answer, "generated") - moment_of(answer, "prompt"));
}

void print(const Row& row, bool as_json) {
  const double median = quantile(row.milliseconds, 0.5);
  const double p99 = quantile(row.milliseconds, 0.99);
  if (as_json) {
    std::cout << json::serialize(json::object{{"what", row.name},
                                              {"connections", row.connections},
                                              {"requests", row.milliseconds.size()},
                                              {"per_s", row.per_second},
                                              {"median_ms", median},
                                              {"p99_ms", p99}})
              << '\n';
    return;
  }
  std::cout << fmt::format(
                   "{:<44} {:>4} connections {:>9.0f}/s  median {:>7.2f} ms  p99 {:>7.2f} ms\n",
                   row.name, row.connections, row.per_second, median, p99)
            << std::flush;
}

void measure_all(const Options& options) {
  const std::size_t most = *std::ranges::max_element(options.connections);
  const TrialSeekd seekd(fmt::format("connections_max = {0}\nqueue_max = {0}\n", most + 16), {});
  for (std::size_t page = 0; page < product_pages; ++page) {
    seekd.import(product_url(page), product_text(page));
  }
  const std::string search = R"({"query": "default port of Product7", "top": 3})";
  const HttpReply found = ask_once(seekd.server(), post_request("/seekd/v1/search", search));
  const FileServer files(found.body);

  std::size_t asked = 0;  // each question once
  const auto ask = [&](std::size_t number) {
    return post_request("/v1/chat/completions", question(number));
  };
  for (const std::size_t connections : options.connections) {
    const std::vector<Load> loads{
        {fmt::format("nginx, a file of {} bytes", found.body.size()), files.server(),
         options.requests, [](std::size_t) { return get_request("/file.json"); }},
        {"GET /v1/models", seekd.server(), options.requests,
         [](std::size_t) { return get_request("/v1/models"); }},
        {fmt::format("a search ({} bytes)", found.body.size()), seekd.server(), options.requests,
         [&](std::size_t) { return post_request("/seekd/v1/search", search); }},
        {"a new question, beside the model", seekd.server(), options.questions,
         [&](std::size_t) { return ask(asked++); }, beside_the_model},
    };
    for (const Load& load : loads) print(measure(load, connections), options.json);
  }
}

}  // namespace

void add_http_benchmark(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "http", "what seekd takes for a reply beside the model, and nginx for a file");
  const auto options = std::make_shared<Options>();
  command->add_option("--requests", options->requests, "of each kind and number of connections")
      ->capture_default_str();
  command->add_option("--questions", options->questions, "of those that the model answers")
      ->capture_default_str();
  command->add_option("--connections", options->connections, "at once, one after the other")
      ->delimiter(',')
      ->capture_default_str();
  command->add_flag("--json", options->json, "a line of JSON for each row");
  command->callback([options] { measure_all(*options); });
}

}  // namespace seekd::bench
