using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Nullius.Server.Api;
using Xunit;

namespace Nullius.Server.Tests.Api;

public sealed class ConsoleDescriptionTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Run with <c>NULLIUS_WRITE=1</c> to write the document anew.</summary>
    [Fact]
    public async Task The_committed_description_is_what_the_api_serves()
    {
        await using var host = await ConsoleHost.StartAsync();
        using var served = JsonDocument.Parse(await host.Http.GetStringAsync("/api/v1/openapi.json"));
        var now = JsonSerializer.Serialize(served.RootElement, Indented) + "\n";
        var path = Path.Combine(Root(), "console", "openapi.json");

        if (Environment.GetEnvironmentVariable("NULLIUS_WRITE") == "1")
            await File.WriteAllTextAsync(path, now);

        Assert.True(File.Exists(path), $"`{path}` is absent; run this test with NULLIUS_WRITE=1.");
        Assert.True(now == await File.ReadAllTextAsync(path), "console/openapi.json is stale; run this test with NULLIUS_WRITE=1 and commit the result.");
    }

    [Fact]
    public async Task Every_endpoint_is_an_operation_of_the_same_name()
    {
        await using var host = await ConsoleHost.StartAsync();
        var seen = new HashSet<string>(StringComparer.Ordinal);

        foreach (var endpoint in host.Endpoints.Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<EndpointNameMetadata>()?.EndpointName is not { } name)
                continue;
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
            var path = string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment =>
                segment.Parts[0] is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : "some-id"));
            Assert.Equal(name, ConsoleOperations.Find(method, "/" + path)?.Name);
            seen.Add(name);
        }

        var mapped = ConsoleOperations.Distinct.Select(operation => operation.Name).Except(["Open", "ReadApiDescription"]);
        Assert.Equal(mapped.Order(), seen.Order());
    }

    [Theory]
    [InlineData("GET", "/", "Open")]
    [InlineData("GET", "/people/p1", "Open")]
    [InlineData("GET", "/assets/index-x.js", "Open")]
    [InlineData("GET", "/api/v1/openapi.json", "ReadApiDescription")]
    [InlineData("POST", "/api/v1/people/p1/sessions/s1/revoke", "RevokeSession")]
    [InlineData("POST", "/api/v1/people/p1/sessions/revoke", "RevokeAllSessions")]
    [InlineData("POST", "/api/v1/people/p1/connections/c1/end", "EndConnection")]
    [InlineData("POST", "/api/v1/people", "CreatePerson")]
    [InlineData("GET", "/api/v1/people", "ListPeople")]
    [InlineData("GET", "/step-up/CreatePerson", "CreatePerson")]
    [InlineData("GET", "/step-up/RevokeSession", "RevokeSession")]
    [InlineData("POST", "/step-up/RevokeSession", null)]
    [InlineData("POST", "/api/v1/other", null)]
    [InlineData("DELETE", "/api/v1/people/p1", null)]
    public void A_request_has_the_operation_of_its_first_match(string method, string path, string? operation) =>
        Assert.Equal(operation, ConsoleOperations.Find(method, path)?.Name);

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
}
