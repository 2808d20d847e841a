#include "daemon/access/collections.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using policy::Subject;
using Kind = Subject::Kind;
using Names = std::vector<std::string>;

constexpr uid_t owner = 900;

Caller user(uid_t uid, std::vector<gid_t> groups = {}) {
  Caller caller;
  caller.account = {uid, std::move(groups)};
  return caller;
}

Caller named(std::string name, std::vector<std::string> roles = {}) {
  Caller caller;
  caller.name = std::move(name);
  caller.roles = std::move(roles);
  return caller;
}

Collections made(std::vector<config::CollectionConfig> configured) {
  auto collections = Collections::create(configured, owner);
  if (!collections) FAIL(collections.error().message);
  return *std::move(collections);
}

const config::CollectionConfig handbook{
    "handbook", {{Kind::uid, 1001, ""}, {Kind::gid, 50, ""}}, {{Kind::uid, 1002, ""}}};

TEST_CASE("without a table the web is everyone's, and nothing else is anybody's") {
  const Collections collections = made({});
  for (const Caller& caller : {Caller{}, user(0), user(1001)}) {
    CHECK(collections.may_read(caller, "web"));
    CHECK(collections.may_write(caller, "web"));
    CHECK_FALSE(collections.may_read(caller, "handbook"));
    CHECK_FALSE(collections.may_write(caller, "handbook"));
    CHECK(collections.readable(caller) == Scope{});
  }
}

TEST_CASE("a reader is one by uid or by any of his groups, and nobody else is") {
  const Collections collections = made({handbook});
  CHECK(collections.may_read(user(1001), "handbook"));
  CHECK(collections.may_read(user(7, {3, 50}), "handbook"));
  for (const Caller& caller :
       {Caller{}, user(0), user(owner), user(1002), user(50), user(7, {1001})}) {
    CHECK_FALSE(collections.may_read(caller, "handbook"));
    CHECK(collections.readable(caller).collections == Names{"web"});
  }
  CHECK(collections.readable(user(1001)) ==
        Scope{.collections = {"web", "handbook"}, .restricted = {"handbook"}});
}

TEST_CASE("writers are those named, root and the user that seekd runs as") {
  const Collections collections = made({handbook});
  for (const uid_t uid : {uid_t{1002}, uid_t{0}, owner}) {
    CHECK(collections.may_write(user(uid), "handbook"));
  }
  CHECK_FALSE(collections.may_write(user(1001), "handbook"));
  CHECK_FALSE(collections.may_write(Caller{}, "handbook"));
  CHECK_FALSE(collections.may_write(user(0), "absent"));
}

TEST_CASE("a caller whose account is not known has what everyone has, and no more") {
  const Collections collections =
      made({{"open", {Subject{}}, {}}, {"web", {{Kind::gid, 50, ""}}, {Subject{}}}, handbook});
  CHECK(collections.readable(Caller{}).collections == Names{"open"});
  CHECK(collections.readable(Caller{}).restricted.empty());
  CHECK_FALSE(collections.may_write(Caller{}, "open"));
  CHECK(collections.may_write(Caller{}, "web"));
  Caller unknown;
  unknown.account.groups = {50};
  CHECK_FALSE(collections.may_read(unknown, "web"));
}

TEST_CASE("readers are named by key and by role, too") {
  const Collections collections =
      made({{"handbook", {{Kind::caller, 0, "alice"}, {Kind::role, 0, "auditor"}}, {}}});
  CHECK(collections.may_read(named("alice"), "handbook"));
  CHECK(collections.may_read(named("bob", {"reader", "auditor"}), "handbook"));
  for (const Caller& caller : {Caller{}, named("bob", {"reader"}), named("auditor"), user(0)}) {
    CHECK_FALSE(collections.may_read(caller, "handbook"));
  }
}

TEST_CASE("a caller's own collections are all that he may read and write of those that he could") {
  const Collections collections = made({{"open", {Subject{}}, {Subject{}}}, handbook});
  Caller caller = user(1001);
  Terms terms;
  terms.collections = {"handbook"};
  caller.terms = std::make_shared<const Terms>(terms);
  CHECK(collections.readable(caller).collections == Names{"handbook"});
  CHECK_FALSE(collections.may_read(caller, "open"));
  CHECK_FALSE(collections.may_read(caller, "web"));
  CHECK_FALSE(collections.may_write(caller, "open"));
  caller.account.uid = 1003;
  CHECK(collections.readable(caller).collections.empty());
}

TEST_CASE("users and groups are looked up by name, and a name that there is not is told") {
  const Collections collections =
      made({{"handbook", {{Kind::user, 0, "root"}, {Kind::group, 0, "root"}}, {}}});
  CHECK(collections.may_read(user(0), "handbook"));
  CHECK(collections.may_read(user(1001, {0}), "handbook"));
  const std::vector<config::CollectionConfig> unknown{
      {"handbook", {{Kind::user, 0, "nobody-of-that-name"}}, {}}};
  const auto refused = Collections::create(unknown, owner);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::not_found);
  CHECK(refused.error().message.contains("\"handbook\""));
  CHECK(refused.error().message.contains("nobody-of-that-name"));
}

Passage of(std::string url) {
  Passage passage;
  passage.url = std::move(url);
  return passage;
}

TEST_CASE("a prompt is salted by the restricted collections that its passages are of") {
  const Scope scope{.collections = {"web", "open", "a", "b"}, .restricted = {"a", "b"}};
  const auto salt = [&](std::vector<Passage> passages, std::string_view own = "") {
    return prompt_salt(scope, passages, own);
  };
  const Passage web = of("https://x.org/"), open = of("collection:open/x"),
                a = of("collection:a/x"), b = of("collection:b/x");
  CHECK(salt({}) == salt({web, open}));
  CHECK(salt({a, web}) == salt({a, a}));
  CHECK(salt({a, b}) == salt({b, web, a}));
  CHECK(salt({a}) != salt({web}));
  CHECK(salt({a}) != salt({a, b}));
  CHECK(salt({a}) != salt({b}));
  CHECK(salt({a}, "own") != salt({a}));
}

TEST_CASE("no salt that a caller writes is that of a collection's readers") {
  const Scope readers{.collections = {"web", "a"}, .restricted = {"a"}};
  const std::string theirs = prompt_salt(readers, std::vector{of("collection:a/x")}, "s");
  for (const std::string salt : {"a,;s", "a,s", ";a,;s", "s", theirs.c_str()}) {
    CHECK(prompt_salt(Scope{}, std::vector{of("https://x.org/")}, salt) != theirs);
  }
}

}  // namespace
}  // namespace seekd::daemon
