using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Nullius.Server.Api;

/// <summary>The serializer can read numbers from strings, and the document would say so; the API writes numbers as numbers, and that is what it describes.</summary>
internal static class PlainNumbers
{
    public static Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        if (schema.Type is { } type && type.HasFlag(JsonSchemaType.String) && (type.HasFlag(JsonSchemaType.Integer) || type.HasFlag(JsonSchemaType.Number)))
        {
            schema.Type = type & ~JsonSchemaType.String;
            schema.Pattern = null;
        }

        return Task.CompletedTask;
    }
}
