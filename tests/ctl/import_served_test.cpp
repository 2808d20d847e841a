// seekctl import and search --batch as a user types them, against the daemon around a scripted
// model.

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

config::Config with_handbook() {
  config::Config config;
  config.collections = {{"handbook", {policy::Subject{}}, {}}};
  return config;
}

struct Done {
  int status = -1;
  std::string out;
  // The summary's line; a slow machine has lines of progress before it.
  boost::json::object json() const {
    return boost::json::parse(out.substr(out.find("{\"files\""))).as_object();
  }
};

class Handbook {
 public:
  Handbook() : daemon_(with_handbook(), std::make_unique<ScriptedModel>("Yes.")) {
    fs::create_directories(folder_ / "docs");
  }

  fs::path write(const std::string& name, const std::string& text) const {
    const fs::path file = folder_ / "docs" / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
  fs::path docs() const { return folder_ / "docs"; }

  // `arguments` as a shell reads them; `{docs}` is the folder.
  Done run(std::string arguments) const {
    if (const auto at = arguments.find("{docs}"); at != arguments.npos) {
      arguments.replace(at, 6, docs().string());
    }
    const std::string command =
        SEEKCTL " " + arguments + " --socket " + daemon_.socket().string() + " 2>&1";
    FILE* const pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Done done;
    std::array<char, 4096> piece{};
    while (const std::size_t bytes = fread(piece.data(), 1, piece.size(), pipe)) {
      done.out.append(piece.data(), bytes);
    }
    done.status = WEXITSTATUS(pclose(pipe));
    return done;
  }

  json::object imported(const std::string& options = "") const {
    const Done done = run("import --json --collection handbook " + options + " {docs}");
    INFO(done.out);
    REQUIRE(done.status == 0);
    return done.json();
  }

  std::string first_found(const std::string& query) {
    const auto reply = daemon_.request("POST", "/seekd/v1/search",
                                       json::serialize(json::object{{"query", query}}));
    const json::array passages = reply.json().at("passages").as_array();
    return passages.empty() ? "" : std::string(passages.front().at("url").as_string());
  }

 private:
  TemporaryFolder folder_;
  ServedDaemon daemon_;
};

TEST_CASE("a folder with a file of each kind is imported, and its files are found") {
  Handbook handbook;
  handbook.write("guide/vpn.md", "# Remote access\n\nThe VPN server is called heron.");
  handbook.write("page.html",
                 "<title>Canteen</title><p>The canteen serves soup on Wednesdays.</p>");
  handbook.write("notes.txt", "The printer is named kingfisher.");
  handbook.write("more.jsonl",
                 "{\"url\": \"https://wiki.example.org/badge\", \"text\": \"The porter has "
                 "badges.\"}\n");
  const json::object summary = handbook.imported();
  CHECK(summary.at("added") == 4);
  CHECK(summary.at("failed").as_array().empty());
  CHECK(handbook.first_found("heron") == "collection:handbook/docs/guide/vpn.md");
  CHECK(handbook.first_found("soup") == "collection:handbook/docs/page.html");
  CHECK(handbook.first_found("kingfisher") == "collection:handbook/docs/notes.txt");
  CHECK(handbook.first_found("badges") == "collection:handbook/https://wiki.example.org/badge");
}

TEST_CASE("an import again sends what has changed, and prunes what has gone where it is told to") {
  Handbook handbook;
  handbook.write("a.md", "The heron stands still.");
  const fs::path gone = handbook.write("b.md", "The kestrel hovers.");
  CHECK(handbook.imported().at("added") == 2);
  CHECK(handbook.imported().at("unchanged") == 2);
  handbook.write("a.md", "The bittern booms at dusk.");
  fs::remove(gone);
  const json::object changed = handbook.imported();
  CHECK(changed.at("changed") == 1);
  CHECK(changed.at("removed") == 0);
  CHECK(handbook.first_found("kestrel") == "collection:handbook/docs/b.md");
  const json::object pruned = handbook.imported("--prune");
  CHECK(pruned.at("unchanged") == 1);
  CHECK(pruned.at("removed") == 1);
  CHECK(handbook.first_found("kestrel").empty());
  CHECK(handbook.first_found("bittern") == "collection:handbook/docs/a.md");
}

TEST_CASE("files that mean harm are left alone or fail by name, and the others are imported") {
  Handbook handbook;
  handbook.write("good.txt", "The owl hunts by night.");
  handbook.write("broken.pdf", "%PDF-1.7\n1 0 obj << /Length 99999999 >> stream\n\xff\xfe");
  handbook.write("program.md", std::string("\x7f"
                                           "ELF\0\0\0",
                                           7));
  fs::resize_file(handbook.write("sparse.txt", ""), 1ULL << 30);
  fs::create_directory_symlink(handbook.docs(), handbook.docs() / "round");
  fs::create_symlink("/etc/passwd", handbook.docs() / "passwd");
  REQUIRE(mkfifo((handbook.docs() / "pipe").c_str(), 0600) == 0);
  const Done done = handbook.run("import --collection handbook {docs}");
  INFO(done.out);
  CHECK(done.out.contains("1 pages added"));
  CHECK(done.out.contains("broken.pdf"));
  CHECK(done.out.contains("2 left alone (symbolic_link)"));
  CHECK(done.out.contains("1 left alone (too_large)"));
  CHECK(done.out.contains("1 left alone (not_a_file)"));
  CHECK(done.out.contains("(not_readable)"));
  CHECK(handbook.first_found("owl") == "collection:handbook/docs/good.txt");
  CHECK(handbook.first_found("root bin bash").empty());
}

TEST_CASE("what is wrong with an import is told with its remedy") {
  Handbook handbook;
  handbook.write("a.md", "text");
  const Done absent = handbook.run("import --collection absent {docs}");
  CHECK(absent.status == 1);
  CHECK(absent.out.contains("[[collection]]"));
  CHECK(handbook.run("import {docs}").status == 2);
  CHECK(handbook.run("import").status == 2);
  CHECK(handbook.run("import --collection handbook /absent").status == 1);
}

TEST_CASE(
    "queries a line are answered a line each, in their order, and one that fails stops none") {
  Handbook handbook;
  handbook.write("owl.txt", "The owl hunts by night.");
  handbook.write("swift.txt", "The swift sleeps on the wing.");
  handbook.imported();
  std::string queries;
  for (int i = 0; i < 5; ++i) queries += "owl\n" + std::string(9000, 'x') + "\nswift\n\n";
  const fs::path file = handbook.write("../queries", queries);
  const Done done = handbook.run("search --batch --top 1 --collection handbook < " + file.string());
  CHECK(done.status == 1);
  std::istringstream lines(done.out);
  std::string line;
  std::size_t number = 0;
  for (; number < 20 && std::getline(lines, line); ++number) {
    const json::object reply = json::parse(line).as_object();
    CHECK(reply.contains("error") == (number % 4 == 1));
    if (number % 4 == 1) continue;
    const json::array passages = reply.at("passages").as_array();
    CHECK(passages.size() == (number % 4 == 3 ? 0 : 1));
    if (number % 4 == 0) {
      CHECK(passages.at(0).at("url") == "collection:handbook/docs/owl.txt");
    }
    if (number % 4 == 2) {
      CHECK(passages.at(0).at("url") == "collection:handbook/docs/swift.txt");
    }
  }
  CHECK(number == 20);
}

}  // namespace
}  // namespace seekd::daemon
