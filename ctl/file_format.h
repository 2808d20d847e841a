// What a local file is, by its bytes, and by its name where they leave it open.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fetcher/extract/content_type.h"

namespace seekd::ctl {

// nullopt: of no format that is read (an image, an archive, a program). A name says no more than
// which kind of text it is: HTML that is called .txt is HTML, a program that is called .md is none.
std::optional<fetcher::PageFormat> file_format(std::string_view bytes, std::string_view name);

// Lines of {"url": …, "text": …}: pages, and none itself.
bool is_page_lines(std::string_view bytes, std::string_view name);

}  // namespace seekd::ctl
