#include "fetcher/broker/webhook_keys.h"

#include <catch2/catch.hpp>

#include "tests/fetcher/key_folder.h"

using namespace seekd;
using namespace seekd::fetcher;

namespace {

policy::Webhook webhook(std::filesystem::path key_file) {
  return {"chat", "https://chat.example.org/hook", std::move(key_file)};
}

// The example of https://github.com/standard-webhooks/standard-webhooks, its libraries' tests.
const std::string key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NoticeRequest notice{"chat", "msg_p5jXN8AQM9LWM0D4loKWxJek", R"({"test": 2432232314})", ""};
constexpr TimePoint moment{std::chrono::seconds(1614265330)};

}  // namespace

TEST_CASE("a notice is signed as Standard Webhooks say") {
  const KeyFolder folder;
  const auto chat = webhook(folder.write("key", key + "\n", 0600));
  const auto keys = WebhookKeys::load(std::span(&chat, 1), "");
  REQUIRE(keys);
  const auto fields = keys->fields_for(notice, moment);
  REQUIRE(fields.size() == 3);
  CHECK(fields[0] == "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek");
  CHECK(fields[1] == "webhook-timestamp: 1614265330");
  CHECK(fields[2] == "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("without a key there is no signature, and systemd's credential is one") {
  const KeyFolder folder;
  const auto chat = webhook("");
  CHECK(WebhookKeys::load(std::span(&chat, 1), "")->fields_for(notice, moment).size() == 2);
  folder.write("webhook-key-chat", "sixteen bytes or more", 0400);
  const auto keys = WebhookKeys::load(std::span(&chat, 1), folder.path());
  REQUIRE(keys);
  CHECK(keys->fields_for(notice, moment).size() == 3);
}

TEST_CASE("a key that others may read, or that is none, is refused") {
  const KeyFolder folder;
  const auto refused = [&](const std::string& name, const std::string& text, mode_t mode = 0600) {
    const auto chat = webhook(folder.write(name, text, mode));
    return !WebhookKeys::load(std::span(&chat, 1), "").has_value();
  };
  CHECK(refused("open", key, 0644));
  CHECK(refused("short", "too short"));
  CHECK(refused("empty", "\n"));
  CHECK(refused("lines", "sixteen bytes or more\nsixteen bytes or more"));
  CHECK(refused("encoded", "whsec_no base64 at all, is it"));
  CHECK(refused("long", std::string(5000, 'a')));
  CHECK_FALSE(refused("good", "sixteen bytes or more\r\n", 0400));
}
