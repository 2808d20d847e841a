// seekctl status: what seekd says of itself.

#include <iostream>
#include <memory>

#include "config/quantity.h"
#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/terminal.h"
#include "ctl/watch_view.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

struct StatusOptions {
  DaemonOptions daemon;
  bool json = false;
};

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
  std::cout << "model    " << terminal_line(text_at(model, "state"));
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
  const json::value* const restart = policy.if_contains("restart_needed");
  if (restart != nullptr && restart->is_bool() && restart->get_bool()) {
    std::cout << "; RESTART NEEDED: [fetcher] has changed";
  }
  const std::string error = text_at(policy, "last_error");
  if (!error.empty()) std::cout << "; THE LATEST RELOAD FAILED: " << terminal_line(error, 500);
  std::cout << '\n';
}

// Nothing of a clock that is as it should be.
void print_clock(const json::object& clock) {
  const std::string trust = text_at(clock, "trust");
  if (trust.empty() || trust == "trusted") return;
  std::cout << "clock    NOT TRUSTED: it jumped " << terminal_line(trust) << "; pages expire by "
            << terminal_line(text_at(clock, "now")) << " until servers' dates agree with it\n";
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
      std::cout << "; PAUSED for " << integer_at(provider, "paused_s") << " s after "
                << terminal_line(text_at(provider, "last"));
    }
    std::cout << '\n';
  }
}

void print_status(const json::object& reply) {
  const json::object& cache = object_at(reply, "cache");
  const json::object& fetcher = object_at(reply, "fetcher");
  const json::object& queue = object_at(reply, "queue");
  const json::value* reachable = fetcher.if_contains("reachable");
  const bool there = reachable != nullptr && reachable->is_bool() && reachable->get_bool();
  std::cout << "seekd    " << terminal_line(text_at(reply, "version")) << ", up "
            << config::duration_text(std::chrono::seconds(integer_at(reply, "uptime_s"))) << '\n';
  print_model(object_at(reply, "model"));
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
            << "fetcher  " << (there ? "reachable" : "NOT REACHABLE: start seekd-fetcher") << " ("
            << terminal_line(text_at(fetcher, "socket")) << ")\n";
  if (fetcher.contains("status")) {
    print_verdicts(object_at(fetcher, "status"));
    print_policy(object_at(object_at(fetcher, "status"), "policy"));
  }
  print_providers(array_at(reply, "search"));
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
