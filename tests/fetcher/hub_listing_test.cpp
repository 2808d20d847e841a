#include "fetcher/worker/hub_listing.h"

#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::fetcher;
using policy::HashKind;

namespace {

const std::string oid(40, 'a');
const std::string sha256(64, 'b');

std::string entry(const std::string& more) {
  return R"([{"type":"file","path":"x","size":7,"oid":")" + oid + '"' + more + "}]";
}

}  // namespace

TEST_CASE("a tree's entry has the hash of its bytes: SHA-256 of LFS, else Git's own") {
  const auto plain = read_hub_listing(entry(""), "");
  REQUIRE(plain);
  CHECK(plain->files == std::vector<policy::ModelFile>{{"x", 7, HashKind::git_blob, oid}});
  const auto lfs =
      read_hub_listing(entry(R"(,"lfs":{"oid":")" + sha256 + R"(","size":7,"pointerSize":1})"), "");
  REQUIRE(lfs);
  CHECK(lfs->files == std::vector<policy::ModelFile>{{"x", 7, HashKind::sha256, sha256}});
}

TEST_CASE("folders are no files, and what is unknown is passed over") {
  const auto listing = read_hub_listing(R"([{"type":"directory","path":"d","oid":"x"}])", "");
  REQUIRE(listing);
  CHECK(listing->files.empty());
  CHECK(read_hub_listing(entry(R"(,"xetHash":"1","securityFileStatus":{"status":"safe"})"), ""));
}

TEST_CASE("a revision's answer names its commit") {
  const auto listing = read_hub_listing(R"({"id":"a/b","sha":")" + oid + R"("})", "");
  REQUIRE(listing);
  CHECK(listing->commit == oid);
  CHECK_FALSE(read_hub_listing(R"({"sha":"main"})", ""));
  CHECK_FALSE(read_hub_listing(R"({"sha":7})", ""));
}

TEST_CASE("RFC 8288: the next page is the link whose relation is next") {
  const auto next = [](std::string_view link) { return read_hub_listing("[]", link)->next; };
  CHECK(next("<https://h/2>; rel=\"next\"") == "https://h/2");
  CHECK(next("<https://h/1>; rel=\"prev\", <https://h/3>; rel=\"next\"") == "https://h/3");
  CHECK(next("<https://h/2>; rel=\"last\"").empty());
  CHECK(next("<https://h/2; rel=\"next\"").empty());
  CHECK(next(">https://h/2<; rel=\"next\"").empty());
  CHECK(next('<' + std::string(3000, 'x') + ">; rel=\"next\"").empty());
}

TEST_CASE("what is no listing is an error") {
  for (const std::string& body :
       {std::string(""), std::string("7"), std::string("[7]"), std::string(100, '['),
        std::string(R"([{"type":"file"}])"), entry(R"(,"lfs":{"oid":"short"})"),
        std::string(R"([{"type":"file","path":"x","size":1.5,"oid":")") + oid + "\"}]",
        std::string(R"([{"type":"file","path":"x","size":-1,"oid":")") + oid + "\"}]"}) {
    INFO(body.substr(0, 80));
    CHECK_FALSE(read_hub_listing(body, ""));
  }
}

TEST_CASE("requests and listings come back from the wire as they were written") {
  const DownloadRequest file{"https://h/x", Wanted::file, 3, 9};
  CHECK(parse_download_request(to_json(file)) == file);
  const DownloadRequest listing{.url = "https://h/x", .wanted = Wanted::listing};
  CHECK(parse_download_request(to_json(listing)) == listing);
  const HubListing files{
      oid, {{"x", 7, HashKind::git_blob, oid}, {"y", 8, HashKind::sha256, sha256}}, "https://h/2"};
  CHECK(parse_hub_listing(to_json(files)) == files);
}

TEST_CASE("a listing that goes on where no URL leads is refused, and not taken for whole") {
  for (const std::string next : {"https://h/\xff", "https://h/a b", "https://h/\x7f"}) {
    CHECK_FALSE(read_hub_listing("[]", "<" + next + ">; rel=\"next\""));
  }
  CHECK(read_hub_listing("[]", "<https://h/?cursor=a%20b>; rel=\"next\""));
}

TEST_CASE("what a worker writes of a listing has hashes that are some") {
  CHECK_FALSE(parse_hub_listing(R"({"files":[{"path":"x","bytes":1,"sha256":"../x"}]})"));
  CHECK_FALSE(parse_hub_listing(R"({"files":[{"path":"x","bytes":1}]})"));
  CHECK_FALSE(parse_hub_listing(R"({"files":[],"commit":"../../x"})"));
}

TEST_CASE("a download without a range to fill is refused") {
  for (const char* text :
       {R"({"url":"https://h/","wanted":"file","offset":9,"bytes":9})", R"({"url":"https://h/"})",
        R"({"wanted":"file","bytes":1})", R"({"url":"https://h/","wanted":"page","bytes":1})",
        R"({"url":"https://h/","wanted":"listing","x":1})", "[]"}) {
    INFO(text);
    CHECK_FALSE(parse_download_request(text));
  }
}
