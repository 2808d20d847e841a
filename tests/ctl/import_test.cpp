// What an import takes, what it tells of its way, and how a file is read that means harm.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/file_format.h"
#include "ctl/file_reader.h"
#include "ctl/import_files.h"
#include "ctl/progress.h"

namespace seekd::ctl {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using fetcher::PageFormat;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "seekd-import-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path write(const std::string& name, const std::string& text = "text") const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<std::string> places(const ImportList& list) {
  std::vector<std::string> all;
  for (const ImportFile& file : list.files) all.push_back(file.place);
  return all;
}

std::size_t count(const ImportList& list, Skip reason) {
  return static_cast<std::size_t>(std::ranges::count(list.skipped, reason, &SkippedFile::reason));
}

TEST_CASE("a folder's files stand below its name, in order") {
  const Folder folder;
  folder.write("docs/b.md");
  folder.write("docs/a/deep.txt");
  const auto one = folder.write("policy.pdf");
  const auto list = list_files({folder.path() / "docs", one}, HiddenFiles::skipped);
  REQUIRE(list);
  CHECK(places(*list) == std::vector<std::string>{"docs/a/deep.txt", "docs/b.md", "policy.pdf"});
  CHECK(list->folders == std::vector<std::string>{"docs"});
  CHECK(list->bytes == 12);
}

TEST_CASE("what is no plain file is left alone, and counted by its reason") {
  const Folder folder;
  folder.write("docs/a.md");
  folder.write("docs/empty.md", "");
  folder.write("docs/.git/config");
  folder.write("secret.txt");
  fs::create_symlink(folder.path() / "secret.txt", folder.path() / "docs/link.txt");
  fs::create_directory_symlink(folder.path() / "docs", folder.path() / "docs/round");
  REQUIRE(mkfifo((folder.path() / "docs/pipe").c_str(), 0600) == 0);
  const auto sparse = folder.write("docs/sparse.txt", "");
  fs::resize_file(sparse, 1ULL << 30);
  const auto list = list_files({folder.path() / "docs"}, HiddenFiles::skipped);
  REQUIRE(list);
  CHECK(places(*list) == std::vector<std::string>{"docs/a.md"});
  CHECK(count(*list, Skip::empty) == 1);
  CHECK(count(*list, Skip::hidden) == 1);
  CHECK(count(*list, Skip::symbolic_link) == 2);
  CHECK(count(*list, Skip::not_a_file) == 1);
  CHECK(count(*list, Skip::too_large) == 1);
  const auto all = list_files({folder.path() / "docs"}, HiddenFiles::taken);
  REQUIRE(all);
  CHECK(places(*all) == std::vector<std::string>{"docs/.git/config", "docs/a.md"});
}

TEST_CASE("two paths of one name would take each other's place, and are refused") {
  const Folder folder;
  folder.write("a/docs/x.md");
  folder.write("b/docs/x.md");
  const auto list =
      list_files({folder.path() / "a/docs", folder.path() / "b/docs"}, HiddenFiles::skipped);
  REQUIRE_FALSE(list);
  CHECK(list.error().message.contains("'docs'"));
  CHECK_FALSE(list_files({folder.path() / "absent"}, HiddenFiles::skipped));
  CHECK_FALSE(list_files({"/"}, HiddenFiles::skipped));
}

TEST_CASE("a file's bytes say what it is, and its name which text") {
  CHECK(file_format("%PDF-1.7\n", "x.txt") == PageFormat::pdf);
  CHECK(file_format("<!DOCTYPE html><title>x</title>", "x.txt") == PageFormat::html);
  CHECK(file_format("<p>x", "x.html") == PageFormat::html);
  CHECK(file_format("# Title\n", "README.MD") == PageFormat::markdown);
  CHECK(file_format("# Title\n", "README") == PageFormat::plain_text);
  CHECK(file_format("{\"a\": 1}", "x.json") == PageFormat::plain_text);
  CHECK(file_format("<rss version='2.0'>", "x") == PageFormat::xml);
  CHECK_FALSE(file_format("PK\x03\x04", "x.md"));
  CHECK_FALSE(file_format(std::string_view("\x7f"
                                           "ELF\0\0",
                                           6),
                          "x.txt"));
  CHECK(is_page_lines("{\"url\": \"https://a.org/\"}\n{}", "x.jsonl"));
  CHECK_FALSE(is_page_lines("{\"a\": 1}\n", "x.jsonl"));
  CHECK_FALSE(is_page_lines("{\"url\": 1}\n", "x.txt"));
}

TEST_CASE("progress says what is done, how fast, and how long it takes still") {
  const Work all{120, 10 << 20};
  CHECK(progress_line({}, all, 0ms) ==
        "[------------------------] 0 of 120 files, 0.0 of 10.0 MiB");
  CHECK(progress_line({30, 5 << 20}, all, 10s) ==
        "[############------------] 30 of 120 files, 5.0 of 10.0 MiB, 0.5 MiB/s, 10 s left");
  CHECK(progress_line({1, 1 << 20}, all, 10min).ends_with("1 h 30 min left"));
  CHECK(progress_line(all, all, 1s) ==
        "[########################] 120 of 120 files, 10.0 of 10.0 MiB, 10.0 MiB/s");
  CHECK(progress_line({}, {}, 1s).starts_with("[########################] 0 of 0 files"));
}

TEST_CASE("on a terminal the bar is drawn over itself, elsewhere lines come seconds apart") {
  const auto begun = Progress::TimePoint();
  std::ostringstream bar;
  Progress terminal(bar, Screen::terminal, {2, 2}, begun);
  terminal.show({1, 1}, begun + 50ms);
  CHECK(bar.str().empty());
  terminal.show({1, 1}, begun + 150ms);
  terminal.clear();
  CHECK(bar.str().starts_with("\r\x1b[K["));
  CHECK(bar.str().ends_with("\r\x1b[K"));
  std::ostringstream lines;
  Progress plain(lines, Screen::plain, {2, 2}, begun);
  plain.show({1, 1}, begun + 4s);
  CHECK(lines.str().empty());
  plain.show({1, 1}, begun + 6s);
  CHECK(lines.str().ends_with("left\n"));
}

FileReader reader() {
  auto made = FileReader::create({});
  if (!made) FAIL(made.error().message);
  return *std::move(made);
}

Result<FileText> read(FileReader& reader, const std::string& bytes, const std::string& name) {
  if (const Status begun = reader.start(bytes, name); !begun) {
    return std::unexpected(begun.error());
  }
  return reader.finish();
}

TEST_CASE("files are read in the order they began, each by a process of its own") {
  FileReader files = reader();
  REQUIRE(files.start("# First\n\nOne.", "a.md"));
  REQUIRE(files.start("<title>Second</title><p>Two.", "b.html"));
  REQUIRE(files.start("Three.\n\nAnd more.", "c.txt"));
  CHECK(files.running() == 3);
  const auto first = files.finish();
  REQUIRE(first);
  CHECK(first->blocks.front().text == "First");
  CHECK(first->blocks.front().kind == BlockKind::heading);
  CHECK(files.finish()->metadata.title == "Second");
  CHECK(files.finish()->blocks.size() == 2);
}

TEST_CASE("a charset is detected as a page's is") {
  FileReader files = reader();
  const auto text = read(files, "<meta charset=windows-1252><p>caf\xe9 cr\xe8me", "x.html");
  REQUIRE(text);
  CHECK(text->blocks.front().text == "café crème");
}

TEST_CASE("what cannot be read fails alone, and says why") {
  FileReader files = reader();
  CHECK(read(files, std::string("PK\x03\x04zip"), "a.md").error().code == ErrorCode::unsupported);
  CHECK(read(files, "   \n", "a.txt").error().code == ErrorCode::unsupported);
  CHECK(read(files, "%PDF-1.7\nno more of it", "a.pdf").error().code != ErrorCode::internal);
  CHECK(read(files, "A text.", "a.txt"));
}

}  // namespace
}  // namespace seekd::ctl
