#include "fetcher/broker/granted_folder.h"

#include <array>

#include <catch2/catch.hpp>
#include <stdlib.h>

using namespace seekd;
using namespace seekd::fetcher;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

const std::array<fs::path, 1> homes{"/srv/people/ada"};

bool is_granted(const fs::path& file) {
  return granted_folder(file, homes, "the configuration", "/etc/seekd").has_value();
}

}  // namespace

TEST_CASE("a folder of the file's own is granted") {
  CHECK(granted_folder("/etc/seekd/seekd.toml", homes, "", "") == fs::path("/etc/seekd"));
  CHECK(is_granted("/srv/people/ada/seekd/seekd.toml"));
  CHECK(is_granted("/home/ada/seekd/seekd.toml"));
  CHECK(is_granted("/srv/people/adam/seekd.toml"));
}

TEST_CASE("the root, its folders, homes and what holds them are never granted") {
  for (const char* file :
       {"/seekd.toml", "/etc/seekd.toml", "/root/seekd.toml", "/home/seekd.toml",
        "/home/ada/seekd.toml", "/srv/people/ada/seekd.toml", "/srv/people/seekd.toml",
        "/etc/seekd/../seekd.toml", "/srv/people/ada/./x/../seekd.toml", "//seekd.toml"}) {
    INFO(file);
    CHECK_FALSE(is_granted(file));
  }
  const auto refused = granted_folder("/x.toml", homes, "the configuration", "/etc/seekd");
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message,
             Contains("'/x.toml' lies in '/'") && Contains("such as /etc/seekd"));
}

TEST_CASE("a symbolic link is judged by the folder that it leads to") {
  std::string pattern = (fs::temp_directory_path() / "seekd-granted-XXXXXX").string();
  const fs::path folder = ::mkdtemp(pattern.data());
  fs::create_directory_symlink("/", folder / "link");
  CHECK(is_granted(folder / "seekd.toml"));
  CHECK_FALSE(is_granted(folder / "link" / "seekd.toml"));
  fs::remove_all(folder);
}

TEST_CASE("homes are read from the list of users and from the variable") {
  CHECK(own_homes("/srv/x").front() == "/srv/x");
  CHECK(own_homes(nullptr) == own_homes("relative"));
}
