// seekctl status: what seekd says of itself.

#include <cmath>
#include <iostream>
#include <memory>
#include <utility>

#include <unistd.h>

#include "config/quantity.h"
#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/terminal.h"
#include "ctl/tone.h"
#include "ctl/watch_view.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

struct StatusOptions {
  DaemonOptions daemon;
  bool json = false;
};

bool flag_at(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::string on_screen(std::string_view text, Tone tone) {
  return toned(text, tone, colours_of(STDOUT_FILENO));
}

Tone tone_of_model(const std::string& state) {
  if (state == "ok") return Tone::good;
  return state == "loading" ? Tone::warning : Tone::bad;
}

// What is wrong with it, and what was.
void print_failures(const json::object& model) {
  if (model.contains("reason")) {
    std::cout << "         " << terminal_line(text_at(model, "reason")) << '\n';
  }
  const json::object& failed = object_at(model, "failed_steps");
  const auto memory = integer_at(failed, "out_of_memory");
  const auto errors = integer_at(failed, "error");
  const auto hangs = integer_at(failed, "hang");
  if (memory + errors + hangs == 0) return;
  std::cout << "         failed steps: out of memory " << memory << ", error " << errors
            << ", hang " << hangs << "; gone on after " << integer_at(model, "recoveries") << '\n';
}

void print_model(const json::object& model) {
  const std::string state = text_at(model, "state");
  std::cout << "model    " << on_screen(terminal_line(state), tone_of_model(state));
  if (model.contains("name")) {
    const std::string adapter = terminal_line(text_at(model, "adapter"));
    std::cout << ": " << terminal_line(text_at(model, "name"))
              << (adapter.empty() ? "" : " with the adapter " + adapter) << " ("
              << terminal_line(text_at(model, "architecture")) << ", "
              << integer_at(model, "parameters") / 1'000'000 << " million parameters) on "
              << terminal_line(text_at(model, "device")) << ", context "
              << integer_at(model, "context_tokens");
  }
  if (model.contains("bytes_total")) {
    std::cout << ": " << integer_at(model, "bytes_read") / 1'000'000 << " of "
              << integer_at(model, "bytes_total") / 1'000'000 << " MB read, "
              << integer_at(model, "seconds_left") << " s left";
  }
  std::cout << '\n';
  print_failures(model);
}

// "requests 12: allowed 9, robots_denied 3"
void print_verdicts(const json::object& fetcher) {
  std::cout << "         requests " << integer_at(fetcher, "requests");
  const char* separator = ": ";
  for (const auto& [reason, count] : object_at(fetcher, "verdicts")) {
    if (!count.is_number()) continue;
    std::cout << separator << terminal_line(reason) << ' ' << json::serialize(count);
    separator = ", ";
  }
  std::cout << '\n';
}

void print_policy(const json::object& policy) {
  const auto reloads = integer_at(policy, "reloads");
  std::cout << "         policy " << (reloads == 0 ? "of the start" : "reloads ");
  if (reloads != 0) std::cout << reloads;
  if (flag_at(policy, "restart_needed")) {
    std::cout << "; " << on_screen("RESTART NEEDED: [fetcher] has changed", Tone::warning);
  }
  const std::string error = text_at(policy, "last_error");
  if (!error.empty()) {
    std::cout << "; " << on_screen("THE LATEST RELOAD FAILED", Tone::bad) << ": "
              << terminal_line(error, 500);
  }
  std::cout << '\n';
}

// Nothing of a clock that is as it should be.
void print_clock(const json::object& clock) {
  const std::string trust = text_at(clock, "trust");
  if (trust.empty() || trust == "trusted") return;
  std::cout << "clock    " << on_screen("NOT TRUSTED", Tone::bad) << ": it jumped "
            << terminal_line(trust) << "; pages expire by " << terminal_line(text_at(clock, "now"))
            << " until servers' dates agree with it\n";
}

void print_embedder(const json::object& embedder) {
  std::cout << "embedder ";
  if (embedder.empty()) {
    std::cout << "none: search by words alone\n";
  } else {
    std::cout << terminal_line(text_at(embedder, "name")) << " on "
              << terminal_line(text_at(embedder, "device")) << '\n';
  }
}

// "search   searx (searxng): results 12, captcha 1; PAUSED for 540 s after captcha"
void print_providers(const json::array& providers) {
  for (const json::value& value : providers) {
    if (!value.is_object()) continue;
    const json::object& provider = value.get_object();
    std::cout << "search   " << terminal_line(text_at(provider, "name")) << " ("
              << terminal_line(text_at(provider, "kind")) << ')';
    const char* separator = ": ";
    for (const auto& [state, count] : object_at(provider, "queries")) {
      if (!count.is_number()) continue;
      std::cout << separator << terminal_line(state) << ' ' << json::serialize(count);
      separator = ", ";
    }
    if (integer_at(provider, "paused_s") > 0) {
      std::cout << "; " << on_screen("PAUSED", Tone::warning) << " for "
                << integer_at(provider, "paused_s") << " s after "
                << terminal_line(text_at(provider, "last"));
    }
    std::cout << '\n';
  }
}

// "route    large → cluster/m: answered 12, failed 3, passed on 40; resting, its backup answers: …"
void print_routes(const json::array& routes) {
  for (const json::value& value : routes) {
    if (!value.is_object()) continue;
    const json::object& route = value.get_object();
    const std::string state = terminal_line(text_at(route, "state"));
    std::cout << "route    " << terminal_line(text_at(route, "name")) << " → "
              << terminal_line(text_at(route, "target")) << ": answered "
              << integer_at(route, "answered") << ", failed " << integer_at(route, "failed")
              << ", passed on " << integer_at(route, "passed_on");
    if (route.contains("reason")) {
      std::cout << "; " << state
                << ", its backup answers: " << terminal_line(text_at(route, "reason"), 500);
    }
    std::cout << '\n';
  }
}

// "gpu 0    NVIDIA H100: 37 % busy, 20480 of 81559 MiB, 41 degrees, 72 W"
void print_gpus(const json::array& gpus) {
  for (const json::value& value : gpus) {
    if (!value.is_object()) continue;
    const json::object& gpu = value.get_object();
    const auto has = [&](const char* name) {
      const json::value* const field = gpu.if_contains(name);
      return field != nullptr && field->is_number();
    };
    const auto used = integer_at(gpu, "memory_used_bytes");
    const auto total = integer_at(gpu, "memory_total_bytes");
    std::cout << "gpu " << integer_at(gpu, "number") << "    "
              << terminal_line(text_at(gpu, "name"));
    const char* separator = ": ";
    const auto item = [&](const std::string& text) {
      std::cout << std::exchange(separator, ", ") << text;
    };
    if (has("utilization")) {
      item(std::to_string(std::lround(100 * number_at(gpu, "utilization"))) + " % busy");
    }
    if (total > 0) {
      const std::string memory =
          std::to_string(used >> 20) + " of " + std::to_string(total >> 20) + " MiB";
      item(on_screen(memory, 100 * used > 97 * total ? Tone::warning : Tone::good));
    }
    if (has("temperature_celsius")) {
      item(std::to_string(std::lround(number_at(gpu, "temperature_celsius"))) + " degrees");
    }
    if (has("power_watts")) {
      item(std::to_string(std::lround(number_at(gpu, "power_watts"))) + " W");
    }
    std::cout << '\n';
  }
}

void print_audit(const json::object& audit) {
  if (audit.empty()) return;
  std::cout << "audit    " << integer_at(audit, "records") << " records, "
            << (integer_at(audit, "disk_bytes") >> 20) << " MiB";
  if (integer_at(audit, "missing") != 0) {
    std::cout << ", " << integer_at(audit, "missing") << " missing since the start";
  }
  if (!flag_at(audit, "writable")) std::cout << "; " << on_screen("NOT WRITABLE", Tone::bad);
  std::cout << '\n';
}

void print_status(const json::object& reply) {
  const json::object& cache = object_at(reply, "cache");
  const json::object& fetcher = object_at(reply, "fetcher");
  const json::object& queue = object_at(reply, "queue");
  const bool there = flag_at(fetcher, "reachable");
  std::cout << "seekd    " << terminal_line(text_at(reply, "version")) << ", up "
            << config::duration_text(std::chrono::seconds(integer_at(reply, "uptime_s"))) << '\n';
  print_model(object_at(reply, "model"));
  print_routes(array_at(reply, "routes"));
  print_gpus(array_at(reply, "gpus"));
  print_clock(object_at(reply, "clock"));
  print_embedder(object_at(reply, "embedder"));
  if (const json::object& reranker = object_at(reply, "reranker"); !reranker.empty()) {
    std::cout << "reranker " << terminal_line(text_at(reranker, "name")) << " on "
              << terminal_line(text_at(reranker, "device")) << ", the best "
              << integer_at(reranker, "candidates") << '\n';
  }
  std::cout << "cache    " << integer_at(cache, "pages") << " pages, "
            << integer_at(cache, "versions") << " past versions, " << integer_at(cache, "passages")
            << " passages (" << integer_at(cache, "passages_waiting") << " wait to be embedded), "
            << (integer_at(cache, "disk_bytes") >> 20) << " MiB on disk\n"
            << "fetcher  "
            << (there ? on_screen("reachable", Tone::good)
                      : on_screen("NOT REACHABLE", Tone::bad) + ": start seekd-fetcher")
            << " (" << terminal_line(text_at(fetcher, "socket")) << ")\n";
  if (fetcher.contains("status")) {
    print_verdicts(object_at(fetcher, "status"));
    print_policy(object_at(object_at(fetcher, "status"), "policy"));
  }
  print_providers(array_at(reply, "search"));
  print_audit(object_at(reply, "audit"));
  std::cout << "queue    " << integer_at(queue, "waiting") << " waiting, "
            << integer_at(queue, "looking_up") << " looking up, "
            << integer_at(queue, "waiting_for_model") << " waiting for the model, "
            << integer_at(queue, "generating") << " generating\n"
            << "refresh  ";
  print_refresh(object_at(reply, "refresh"));
}

Status report(const StatusOptions& options) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  const Result<json::object> reply = seekd->get("/seekd/v1/status");
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
  } else {
    print_status(*reply);
  }
  return {};
}

}  // namespace

void add_status(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<StatusOptions>();
  CLI::App* command =
      app.add_subcommand("status", "model, cache, fetcher, queue and watches of the running seekd");
  command->footer("Example:\n  seekctl status --json");
  command->add_flag("--json", options->json, "the reply as seekd sends it");
  options->daemon.add_to(*command);
  command->callback([options, &status] {
    if (const Status done = report(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
