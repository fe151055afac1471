#include "proto/generator/build.h"

#include "absl/strings/str_cat.h"
#include "proto/generator/context.h"
#include "proto/generator/naming.h"

namespace xapi_gateway::protogen {
namespace {

// Puts the files in order before they fill.
void OpenFiles(BuildContext* context) {
  context->File(kCommonStem)->comment =
      "What the mirrored classes share: requests and responses of implicit "
      "accessors, and enums of several classes.";
  for (const ModelClass& klass : context->model.classes) {
    context->File(SnakeName(klass.name))->comment =
        absl::StrCat("Class `", klass.name, "` of the XenAPI.");
  }
}

absl::Status BuildClasses(BuildContext* context) {
  for (const ModelClass& klass : context->model.classes) {
    absl::Status status = BuildRecord(klass, context);
    if (status.ok()) status = BuildService(klass, context);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Schema> BuildSchema(const Model& model, const Notes& notes,
                                   const Lock& lock) {
  BuildContext context(model, notes, lock);
  OpenFiles(&context);
  absl::Status status = PlaceEnums(&context);
  if (status.ok()) status = BuildEnums(&context);
  if (status.ok()) status = BuildTaskProgress(&context);
  if (status.ok()) status = BuildWrappers(&context);
  if (status.ok()) status = BuildStructs(&context);
  if (status.ok()) status = BuildClasses(&context);
  if (!status.ok()) return status;
  Schema schema = context.TakeSchema();
  // A class of which nothing is public has no file.
  auto empty = [](const SchemaFile& file) {
    return file.services.empty() && file.messages.empty() && file.enums.empty();
  };
  std::erase_if(schema.files, empty);
  return schema;
}

}  // namespace xapi_gateway::protogen
