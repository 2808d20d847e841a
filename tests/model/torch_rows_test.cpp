// Rows in tensors against the plain computation, on the GPU where there is one.

#include "model/torch_rows.h"

#include <algorithm>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "model/kernels/dot_int8.h"

namespace seekd::model {
namespace {

constexpr std::size_t kWidth = 128;

std::vector<std::int8_t> random_row(std::mt19937& source) {
  std::vector<std::int8_t> row(kWidth);
  for (std::int8_t& value : row) value = static_cast<std::int8_t>(source() % 255 - 127);
  return row;
}

// The rows, once as they are and once in tensors.
class Rows {
 public:
  Rows() {
    const auto device = choose_device(config::Device::automatic, "device");
    REQUIRE(device);
    INFO(device->name);
    auto made = make_torch_rows(*device, kWidth);
    REQUIRE(made);
    on_device = std::move(*made);
  }

  void append(std::size_t count) {
    const std::size_t first = scales.size();
    for (std::size_t i = 0; i < count; ++i) {
      const auto row = random_row(source);
      values.insert(values.end(), row.begin(), row.end());
      scales.push_back(0.001F + static_cast<float>(source() % 100) * 1e-5F);
      groups.push_back(static_cast<std::uint32_t>(source() % 4));
    }
    put(first, count);
  }

  void put(std::size_t first, std::size_t count) {
    REQUIRE(
        on_device->put(first, {.values = std::span(values).subspan(first * kWidth, count * kWidth),
                               .scales = std::span(scales).subspan(first, count),
                               .groups = std::span(groups).subspan(first, count)}));
  }

  // What the last row is takes the place of another, as when a passage goes.
  void remove(std::size_t row) {
    const std::size_t last = scales.size() - 1;
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(last * kWidth), kWidth,
                values.begin() + static_cast<std::ptrdiff_t>(row * kWidth));
    scales[row] = scales[last];
    groups[row] = groups[last];
    put(row, 1);
    values.resize(last * kWidth);
    scales.resize(last);
    groups.resize(last);
    on_device->shrink(last);
  }

  std::vector<double> products(const std::vector<std::int8_t>& query) const {
    std::vector<std::int32_t> dots(scales.size());
    dot_int8(query, values, dots);
    std::vector<double> products;
    for (std::size_t i = 0; i < dots.size(); ++i) products.push_back(double{scales[i]} * dots[i]);
    return products;
  }

  std::mt19937 source{5};
  std::vector<std::int8_t> values;
  std::vector<float> scales;
  std::vector<std::uint32_t> groups;
  std::unique_ptr<DeviceRows> on_device;
};

// That nothing that was left out is better than what was found by more than rounding.
void check_nearest(Rows& rows, std::size_t count, const std::vector<std::uint8_t>& allowed) {
  const auto query = random_row(rows.source);
  const auto products = rows.products(query);
  const auto found = rows.on_device->nearest(query, count, allowed);
  REQUIRE(found);
  REQUIRE(found->size() == count);
  const std::set<std::uint32_t> numbers(found->begin(), found->end());
  CHECK(numbers.size() == count);
  double worst = products[*numbers.begin()];
  for (const std::uint32_t row : numbers) {
    REQUIRE(row < products.size());
    CHECK((allowed.empty() || allowed[rows.groups[row]] != 0));
    worst = std::min(worst, products[row]);
  }
  const double rounding = 2e-3 * std::abs(*std::ranges::max_element(products));
  for (std::uint32_t row = 0; row < products.size(); ++row) {
    if (numbers.contains(row) || (!allowed.empty() && allowed[rows.groups[row]] == 0)) continue;
    CHECK(products[row] <= worst + rounding);
  }
}

}  // namespace

TEST_CASE("the nearest rows in tensors are the nearest, whatever came, went and was left out") {
  Rows rows;
  rows.append(3000);
  check_nearest(rows, 50, {});
  for (int i = 0; i < 40; ++i) rows.remove(rows.source() % rows.scales.size());
  rows.append(100);
  check_nearest(rows, 50, {});
  check_nearest(rows, 20, {0, 1, 0, 0});
  CHECK(rows.on_device->bytes() > 0);
}

TEST_CASE("rows in tensors: more are asked for than there are, and none are allowed") {
  Rows rows;
  CHECK(rows.on_device->nearest(random_row(rows.source), 5, {})->empty());
  rows.append(3);
  CHECK(rows.on_device->nearest(random_row(rows.source), 5, {})->size() == 3);
  const std::vector<std::uint8_t> none{0, 0, 0, 0};
  CHECK(rows.on_device->nearest(random_row(rows.source), 5, none)->empty());
}

TEST_CASE("rows in tensors may lie across the parts that they are kept in") {
  Rows rows;
  rows.append(131'072 - 10);
  rows.append(30);
  check_nearest(rows, 10, {});
}

}  // namespace seekd::model
