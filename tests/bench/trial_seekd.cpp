#include "tests/bench/trial_seekd.h"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace seekd::bench {
namespace {

std::filesystem::path beside_us(const std::string& program) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
}

}  // namespace

TrialSeekd::TrialSeekd(const std::string& options, const std::vector<std::string>& callers) {
  make_keys(callers);
  write_file(folder_ / "seekd.toml", configuration(options, callers));
  process_ = Child({beside_us("seekd"), "--config", folder_ / "seekd.toml"}, folder_ / "seekd.log");
  wait_for(
      [this] { return has_ended() || ask_once(server(), get_request("/health")).status == 200; },
      "seekd and its model");
  if (has_ended()) give_up("seekd did not start: " + log());
}

std::string TrialSeekd::configuration(const std::string& options,
                                      const std::vector<std::string>& callers) const {
  const std::string keys =
      callers.empty() ? ""
                      : fmt::format("[access]\nkeys_file = \"{}/keys\"\n", folder_.path().native());
  return fmt::format(
      R"([daemon]
socket = "{0}/seekd.sock"
http_listen = "127.0.0.1:{1}"
{3}[fetcher]
socket = "{0}/fetcher.sock"
[cache]
directory = "{0}/cache"
[audit]
directory = "{0}/audit"
{2})",
      folder_.path().native(), port_, keys, options);
}

void TrialSeekd::make_keys(const std::vector<std::string>& callers) {
  for (const std::string& caller : callers) {
    const auto made =
        boost::json::parse(output_of({beside_us("seekctl"), "token", "create", "--name", caller,
                                      "--role", "reader", "--append", folder_ / "keys", "--json"}));
    keys_[caller] = made.at("key").as_string();
  }
}

void TrialSeekd::import(const std::string& url, const std::string& text) const {
  const std::string page =
      boost::json::serialize(boost::json::object{{"url", url}, {"text", text}});
  const HttpReply kept = ask_once(unix_server(socket()), post_request("/seekd/v1/import", page));
  if (kept.status != 200) give_up(fmt::format("a page is not stored: {}", kept.body));
}

}  // namespace seekd::bench
