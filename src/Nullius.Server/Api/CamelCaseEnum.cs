using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nullius.Server.Api;

/// <summary>Writes an enum by name (<c>stepUp</c>) and reads no numbers, whatever the host's JSON options say.</summary>
internal sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
