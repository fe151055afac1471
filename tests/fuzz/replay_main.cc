// Runs a fuzz target over each file of its corpus and over mutations of it,
// the same ones every time.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int kMutationsPerFile = 300;

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()),
                         input.size());
}

// Flips, cuts out, repeats or replaces a piece of the input.
std::string Mutate(std::string input, std::mt19937& random) {
  static constexpr char kOddBytes[] = "\0\x01\x7f\x80\xff\"\\{}[]<>&,:;0-";
  const int changes = 1 + static_cast<int>(random() % 4);
  for (int i = 0; i < changes && !input.empty(); ++i) {
    const size_t at = random() % input.size();
    const size_t length = 1 + random() % 8;
    switch (random() % 4) {
      case 0:
        input[at] = static_cast<char>(input[at] ^ (1 << (random() % 8)));
        break;
      case 1:
        input.erase(at, length);
        break;
      case 2:
        input.insert(at, input.substr(at, length));
        break;
      default:
        input[at] = kOddBytes[random() % (sizeof kOddBytes - 1)];
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string input{std::istreambuf_iterator<char>(file), {}};
      Run(input);
      std::mt19937 random(static_cast<unsigned>(input.size()));
      for (int m = 0; m < kMutationsPerFile; ++m) Run(Mutate(input, random));
      ++files;
    }
  }
  std::printf("%d corpus files, %d mutations of each\n", files,
              kMutationsPerFile);
  return files == 0 ? 1 : 0;
}
