// Callers of other accounts try to read and write what is not theirs, by every way there is. Needs
// root: a caller is another account because a thread of the test becomes it.

#include <filesystem>
#include <iostream>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;
using policy::Subject;
using Kind = Subject::Kind;

constexpr uid_t reader = 1001;
constexpr uid_t stranger = 1002;
constexpr gid_t readers_group = 5050;

const std::string sentence = "The vault opens with the word abracadabra.";
const std::string address = "collection:handbook/vault.md";
const std::string absent = "collection:handbook/absent.md";
const std::string encoded = "collection%3Ahandbook%2Fvault.md";
const std::string encoded_absent = "collection%3Ahandbook%2Fabsent.md";

config::Config with_handbook() {
  config::Config config;
  config.collections = {
      {"handbook", {{Kind::uid, reader, ""}, {Kind::gid, readers_group, ""}}, {}}};
  return config;
}

struct Account {
  uid_t uid = 0;
  std::vector<gid_t> groups;
};

// The system calls and not the C library's functions, which change the account of all threads.
template <class Work>
void as(const Account& account, Work work) {
  std::thread([&] {
    const auto gid = static_cast<gid_t>(account.uid);
    const bool changed =
        syscall(SYS_setgroups, account.groups.size(), account.groups.data()) == 0 &&
        syscall(SYS_setresgid, gid, gid, gid) == 0 &&
        syscall(SYS_setresuid, account.uid, account.uid, account.uid) == 0;
    if (changed) work();
  }).join();
}

class Handbook {
 public:
  Handbook() : daemon_(with_handbook(), std::make_unique<ScriptedModel>(sentence)) {
    namespace fs = std::filesystem;
    fs::permissions(daemon_.socket().parent_path(), fs::perms(0711));
    fs::permissions(daemon_.socket(), fs::perms(0666));
    import("handbook", "vault.md", sentence);
    import("web", "https://example.org/", "The museum opens at nine in the morning.");
  }

  Client::Reply ask(const Account& account, std::string_view method, const std::string& target,
                    const std::string& body = "") {
    Client::Reply reply;
    as(account, [&] { reply = daemon_.request(method, target, body); });
    return reply;
  }
  Client::Reply post(const Account& account, const std::string& target, const json::object& body) {
    return ask(account, "POST", target, json::serialize(body));
  }
  std::string salt() { return daemon_.model().last_salt(); }

 private:
  void import(const std::string& collection, const std::string& url, const std::string& text) {
    const auto reply =
        post({}, "/seekd/v1/import", {{"collection", collection}, {"url", url}, {"text", text}});
    REQUIRE(reply.status == 200);
  }

  ServedDaemon daemon_;
};

bool is_root() {
  if (geteuid() == 0) return true;
  std::cerr << "not root: nobody can be somebody else here, and nothing is tried\n";
  return false;
}

const json::object question{
    {"messages", json::array{{{"role", "user"}, {"content", "Which word opens the vault?"}}}}};

json::object with(json::object body, std::string_view name, json::value value) {
  body[name] = std::move(value);
  return body;
}

// What a reply says but for the page's name, which the caller wrote himself.
std::string without(std::string text, const std::string& name) {
  for (std::size_t at = text.find(name); at != text.npos; at = text.find(name)) {
    text.erase(at, name.size());
  }
  return text;
}

TEST_CASE("a reader, by account or by group, finds, sees and cites what others do not") {
  if (!is_root()) return;
  Handbook handbook;
  for (const Account& account : {Account{reader, {}}, Account{stranger, {7, readers_group}}}) {
    const auto found = handbook.post(account, "/seekd/v1/search", {{"query", "vault"}});
    REQUIRE(found.status == 200);
    CHECK(found.json().at("passages").at(0).at("url") == json::string(address));
    CHECK(found.json().at("passages").at(0).at("collection") == "handbook");
    CHECK(handbook.ask(account, "GET", "/seekd/v1/page?url=" + encoded).status == 200);
    CHECK(handbook.ask(account, "GET", "/seekd/v1/versions?url=" + encoded).status == 200);
    const auto answered = handbook.post(account, "/v1/chat/completions", question);
    REQUIRE(answered.status == 200);
    CHECK(answered.json().at("citations").at(0) == json::string(address));
    CHECK(answered.json().at("search_results").at(0).at("source") == "handbook");
    CHECK(handbook.salt().starts_with("handbook,;"));
  }
}

TEST_CASE("a stranger finds nothing of it by search, whatever is asked for") {
  if (!is_root()) return;
  Handbook handbook;
  for (const Account& account : {Account{stranger, {}}, Account{0, {}}}) {
    for (const std::string mode : {"lexical", "hybrid"}) {
      const auto found =
          handbook.post(account, "/seekd/v1/search",
                        {{"query", "which word opens the vault"}, {"mode", mode}, {"top", 100}});
      REQUIRE(found.status == 200);
      CHECK_FALSE(found.body.contains("abracadabra"));
      CHECK_FALSE(found.body.contains("handbook"));
    }
    const auto asked = [&](const std::string& name) {
      return handbook.post(account, "/seekd/v1/search",
                           {{"query", "vault"}, {"collections", json::array{name}}});
    };
    CHECK(asked("handbook").status == 404);
    // One that there is and one that there is not cannot be told apart.
    CHECK(without(asked("handbook").body, "handbook") == without(asked("absent").body, "absent"));
  }
}

TEST_CASE("a stranger's answers have nothing of it, not even by its address") {
  if (!is_root()) return;
  Handbook handbook;
  const Account account{stranger, {}};
  const auto answered = [&](const json::object& fields) {
    return handbook.post(account, "/v1/chat/completions", fields);
  };
  const auto plain = answered(question);
  REQUIRE(plain.status == 200);
  CHECK(plain.json().at("search_results").as_array().empty());
  CHECK(plain.json().at("citations").as_array().empty());
  CHECK(handbook.salt().starts_with(";"));

  const auto named = answered(with(question, "urls", json::array{address}));
  REQUIRE(named.status == 200);
  CHECK(named.json().at("search_results").as_array().empty());
  const auto missing = answered(with(question, "urls", json::array{absent}));
  CHECK(without(json::serialize(named.json().at("notices")), address) ==
        without(json::serialize(missing.json().at("notices")), absent));
  CHECK(named.json().at("usage").at("prompt_tokens") ==
        missing.json().at("usage").at("prompt_tokens"));
  CHECK(answered(with(question, "collections", json::array{"handbook"})).status == 404);
  CHECK(answered(with(question, "collections", json::array{"web"})).status == 200);
}

TEST_CASE("a page that is not a stranger's answers as one that is not there") {
  if (!is_root()) return;
  Handbook handbook;
  const Account account{stranger, {}};
  for (const std::string target : {"/seekd/v1/page?url=", "/seekd/v1/versions?url="}) {
    const auto hidden = handbook.ask(account, "GET", target + encoded);
    const auto missing = handbook.ask(account, "GET", target + encoded_absent);
    CHECK(hidden.status == 404);
    CHECK(without(hidden.body, address) == without(missing.body, absent));
  }
  // Other spellings of the same address are no way in.
  for (const std::string spelling :
       {"collection%3Ahandbook%2F%2576ault.md", "collection%3Ahandbook%2Fx%2F..%2Fvault.md",
        "COLLECTION%3Ahandbook%2Fvault.md"}) {
    CHECK(handbook.ask(account, "GET", "/seekd/v1/page?url=" + spelling).status == 404);
  }
}

TEST_CASE("a stranger and a reader write nothing there, and learn nothing by trying") {
  if (!is_root()) return;
  Handbook handbook;
  for (const uid_t uid : {stranger, reader}) {
    const auto decide = [&](const std::string& what, const std::string& pages) {
      json::object body{{"pages", pages}};
      if (what == "hold") body["reason"] = "mine";
      return handbook.post({uid, {}}, "/seekd/v1/" + what, body);
    };
    for (const std::string what : {"forget", "hold", "let-go"}) {
      for (const std::string& pages :
           {address, std::string("collection:handbook"), std::string("collection:handbook/")}) {
        CHECK(decide(what, pages).status == 404);
      }
      CHECK(without(decide(what, "collection:handbook").body, "handbook") ==
            without(decide(what, "collection:absent").body, "absent"));
    }
    for (const json::object& body :
         {json::object{{"url", address}, {"text", "changed"}},
          json::object{{"collection", "handbook"}, {"url", "vault.md"}, {"text", "changed"}},
          json::object{{"collection", "web"}, {"url", address}, {"text", "changed"}}}) {
      const auto refused = handbook.post({uid, {}}, "/seekd/v1/import", body);
      CHECK((refused.status == 404 || refused.status == 400));
    }
  }
  const auto page = handbook.ask({reader, {}}, "GET", "/seekd/v1/page?url=" + encoded);
  REQUIRE(page.status == 200);
  CHECK(page.json().at("version") == 1);
}

TEST_CASE("holds on what is not a stranger's are not shown to him, nor is its name anywhere") {
  if (!is_root()) return;
  Handbook handbook;
  const Account root{0, {}};
  const auto held = handbook.post(root, "/seekd/v1/hold",
                                  {{"pages", "collection:handbook"}, {"reason", "audit"}});
  REQUIRE(held.status == 200);
  CHECK(held.json().at("pages") == 1);
  CHECK(handbook.ask({reader, {}}, "GET", "/seekd/v1/holds").body.contains("handbook"));
  const Account account{stranger, {}};
  for (const std::string target : {"/seekd/v1/holds", "/seekd/v1/status", "/seekd/v1/watches",
                                   "/metrics", "/v1/models", "/health"}) {
    CHECK_FALSE(handbook.ask(account, "GET", target).body.contains("handbook"));
  }
  const auto verified = handbook.post(account, "/seekd/v1/cache/verify", {});
  CHECK(verified.status == 200);
  CHECK_FALSE(verified.body.contains("handbook"));
}

TEST_CASE("who may not read the web neither fetches nor watches, and is answered without it") {
  if (!is_root()) return;
  config::Config config = with_handbook();
  config.collections.push_back({"web", {{Kind::uid, stranger, ""}}, {Subject{}}});
  ServedDaemon daemon(config, std::make_unique<ScriptedModel>(sentence));
  namespace fs = std::filesystem;
  fs::permissions(daemon.socket().parent_path(), fs::perms(0711));
  fs::permissions(daemon.socket(), fs::perms(0666));
  const auto as_reader = [&](std::string_view method, const std::string& target,
                             const json::object& body) {
    Client::Reply reply;
    as({reader, {}}, [&] {
      reply = daemon.request(method, target, method == "GET" ? "" : json::serialize(body));
    });
    return reply;
  };
  CHECK(as_reader("POST", "/seekd/v1/import",
                  {{"url", "https://example.org/"}, {"text", "The vault is on the web."}})
            .status == 200);
  CHECK(as_reader("POST", "/seekd/v1/fetch", {{"url", "https://example.org/"}}).status == 403);
  CHECK(as_reader("POST", "/seekd/v1/watches", {{"url", "https://example.org/"}}).status == 403);
  CHECK(as_reader("GET", "/seekd/v1/watches", {}).status == 403);
  CHECK(as_reader("GET", "/seekd/v1/page?url=https%3A%2F%2Fexample.org%2F", {}).status == 404);
  CHECK(as_reader("POST", "/seekd/v1/search", {{"query", "vault"}})
            .json()
            .at("passages")
            .as_array()
            .empty());
  const auto answered = as_reader("POST", "/v1/chat/completions",
                                  with(question, "urls", json::array{"https://example.org/"}));
  REQUIRE(answered.status == 200);
  CHECK(answered.json().at("search_results").as_array().empty());
  CHECK(answered.json().at("notices").at(0).at("code") == "collection_filtered");
}

TEST_CASE("the account is that of the caller, and of each connection") {
  if (!is_root()) return;
  Handbook handbook;
  const auto sees = [&](const Account& account) {
    return handbook.ask(account, "GET", "/seekd/v1/page?url=" + encoded).status == 200;
  };
  CHECK(sees({reader, {}}));
  CHECK_FALSE(sees({stranger, {}}));
  CHECK(sees({stranger, {readers_group}}));
  std::vector<gid_t> many;
  for (gid_t gid = 20'000; gid < 20'300; ++gid) many.push_back(gid);
  CHECK_FALSE(sees({stranger, many}));
  many.push_back(readers_group);
  CHECK(sees({stranger, many}));
}

}  // namespace
}  // namespace seekd::daemon
