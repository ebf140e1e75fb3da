using System.Collections.Concurrent;
using System.Security.Cryptography;
using Nullius.Demo.Assertions;

namespace Nullius.Demo.Api;

/// <summary>
/// Access keys and files, in memory. Published as routes <c>iam</c> and <c>s3</c>, their operations have the names that a
/// cloud's policies speak of, so that such a policy can be put in force here as it is.
/// </summary>
internal static class CloudEndpoints
{
    private const int MostKeys = 100;
    private const int MostFiles = 100;
    private const int MostFileBytes = 64 * 1024;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var keys = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        routes.MapGet("/keys", () => TypedResults.Json(keys.Select(key => new { id = key.Key, user = key.Value })));
        routes.MapPost("/keys", (HttpContext context) => CreateKey(keys, context.Features.GetRequiredFeature<Caller>()));
        routes.MapDelete("/keys/{id}", (string id) => keys.TryRemove(id, out _) ? Results.NoContent() : Results.NotFound());

        var files = new ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal);
        files["reports/2026.csv"] = "quarter,orders\nQ1,12\nQ2,19\nQ3,23\n"u8.ToArray();
        routes.MapGet("/buckets", () => TypedResults.Json(files.Select(file => new { key = file.Key, size = file.Value.Length })));
        routes.MapGet("/buckets/{bucket}/{**key}", (string bucket, string key) =>
            files.TryGetValue($"{bucket}/{key}", out var content) ? Results.Bytes(content, "application/octet-stream") : Results.NotFound());
        routes.MapPut("/buckets/{bucket}/{**key}", (string bucket, string key, HttpContext context) => PutAsync(files, $"{bucket}/{key}", context));
        routes.MapDelete("/buckets/{bucket}/{**key}", (string bucket, string key) => files.TryRemove($"{bucket}/{key}", out _) ? Results.NoContent() : Results.NotFound());
    }

    // The id stands for a key; there is no secret behind it.
    private static IResult CreateKey(ConcurrentDictionary<string, string> keys, Caller caller)
    {
        if (keys.Count >= MostKeys)
            return Results.Problem($"{MostKeys} keys exist: delete one first", statusCode: 409);
        var id = "DEMO" + Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
        keys[id] = caller.UserName;
        return Results.Json(new { id, user = caller.UserName }, statusCode: 201);
    }

    private static async Task<IResult> PutAsync(ConcurrentDictionary<string, byte[]> files, string name, HttpContext context)
    {
        if (name.Length > 200 || (files.Count >= MostFiles && !files.ContainsKey(name)))
            return Results.Problem($"at most {MostFiles} files with names of at most 200 characters", statusCode: 409);
        using var content = new MemoryStream();
        var chunk = new byte[8192];
        int read;
        while ((read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
        {
            if (content.Length + read > MostFileBytes)
                return Results.Problem($"a file has at most {MostFileBytes} bytes", statusCode: 413);
            content.Write(chunk, 0, read);
        }

        files[name] = content.ToArray();
        return Results.NoContent();
    }
}
