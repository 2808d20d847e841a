#include "fetcher/broker/proxy_credentials.h"

#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "fetcher/broker/secret_file.h"

using namespace seekd;
using namespace seekd::fetcher;

namespace {

// A file of its own that goes with the test.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& text, mode_t mode) {
    const int file = mkstemp(path_.data());
    REQUIRE(file >= 0);
    close(file);
    std::ofstream(path_) << text;
    chmod(path_.c_str(), mode);
  }
  ~TemporaryFile() { unlink(path_.c_str()); }

  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/seekd_credentials_test.XXXXXX";
};

}  // namespace

TEST_CASE("each proxy has the credentials of its own line, however its address is written") {
  const auto read = ProxyCredentials::parse(
      "# the proxies\n\n10.0.0.5:3128 reader:pass word:with:colons\r\n[2001:DB8:0::5]:8080 a:\n");
  REQUIRE(read);
  CHECK(read->find("10.0.0.5:3128") == "reader:pass word:with:colons");
  CHECK(read->find("[2001:db8::5]:8080") == "a:");
  CHECK(read->find("10.0.0.5:3129").empty());
}

TEST_CASE("a line that is none names its number and nothing that stands in it") {
  for (const char* wrong :
       {"10.0.0.5:3128", "10.0.0.5:3128 secret", "10.0.0.5:3128 :secret",
        "proxy.example.org:3128 user:secret", "10.0.0.5 user:secret", "10.0.0.5:3128 user:sec\tret",
        "secret", "10.0.0.5:99999 user:secret"}) {
    const auto read = ProxyCredentials::parse(std::string("# one\n") + wrong + "\n");
    INFO(wrong);
    REQUIRE_FALSE(read);
    CHECK(read.error().message.find("line 2") != std::string::npos);
    CHECK(read.error().message.find("sec") == std::string::npos);
  }
  CHECK_FALSE(ProxyCredentials::parse("10.0.0.5:1 a:b\n10.0.0.5:1 c:d\n"));
}

TEST_CASE("a file that others may read or write is refused, with what to do about it") {
  const std::string text = "10.0.0.5:3128 user:secret\n";
  for (const mode_t open : {0644, 0604, 0620, 0660, 0602}) {
    const TemporaryFile file(text, open);
    const auto read = ProxyCredentials::load(file.path());
    INFO(open);
    REQUIRE_FALSE(read);
    CHECK(read.error().message.find("chmod") != std::string::npos);
    CHECK(read.error().message.find("secret") == std::string::npos);
  }
  for (const mode_t closed : {0600, 0400, 0640, 0440}) {
    const TemporaryFile file(text, closed);
    const auto read = ProxyCredentials::load(file.path());
    INFO(closed);
    REQUIRE(read);
    CHECK(read->find("10.0.0.5:3128") == "user:secret");
  }
}

TEST_CASE("a link, a folder, a file that is not there and one that is too large are refused") {
  const TemporaryFile file("10.0.0.5:3128 user:secret\n", 0600);
  const std::string link = file.path() + ".link";
  REQUIRE(symlink(file.path().c_str(), link.c_str()) == 0);
  CHECK_FALSE(ProxyCredentials::load(link));
  unlink(link.c_str());
  CHECK_FALSE(ProxyCredentials::load("/tmp"));
  CHECK(ProxyCredentials::load("/nonexistent/credentials").error().code == ErrorCode::not_found);
  const TemporaryFile large(std::string(secret_file_bytes_max + 1, '#'), 0600);
  CHECK(ProxyCredentials::load(large.path()).error().code == ErrorCode::too_large);
  CHECK(ProxyCredentials::load("")->find("10.0.0.5:3128").empty());
}

TEST_CASE("systemd's credential serves where the configuration names no file") {
  CHECK(configured_or_credential("/etc/a", "/nonexistent", "proxy-credentials") == "/etc/a");
  CHECK(configured_or_credential("", "", "proxy-credentials").empty());
  CHECK(configured_or_credential("", "/nonexistent", "proxy-credentials").empty());
  const std::filesystem::path folder = "/tmp/seekd_credentials." + std::to_string(getpid());
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "proxy-credentials") << "";
  CHECK(configured_or_credential("", folder, "proxy-credentials") == folder / "proxy-credentials");
  std::filesystem::remove_all(folder);
}
