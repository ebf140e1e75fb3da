using System.Text.Json;
using Nullius.Policy.Tests.Cases;

namespace Nullius.Policy.Tests.Gcp;

public sealed class GcpExplanationTests
{
    private static JsonElement Explain(string name) => GcpCaseTests.Answer(CaseFiles.Case(name), explain: true).GetProperty("explanation");

    [Theory]
    [InlineData("gcp-guides: The guides' binding: not another bucket",
        "no binding grants the permission; allowed if `resource.name.startsWith('projects/_/buckets/app-data-')` were true")]
    [InlineData("gcp-guides: The guides' binding: not somebody outside the group",
        "no binding grants the permission; allowed if `user:alice@example.com` were a member of binding 2 of projects/p")]
    [InlineData("gcp-allow: A role without the permission",
        "no binding grants the permission; allowed if `roles/storage.objectViewer` had `storage.objects.delete`")]
    [InlineData("gcp-allow: No policy grants nothing",
        "no binding grants the permission; allowed if a role with `storage.objects.get` were granted to `user:alice@example.com` on the resource or one of its ancestors")]
    [InlineData("gcp-deny: A deny rule beats a grant",
        "denied by a deny policy; allowed if rule 1 of organizations/2 excepted `user:alice@example.com` or `storage.googleapis.com/objects.get`")]
    [InlineData("gcp-boundaries: A boundary that names another organisation",
        "blocked by a principal access boundary; allowed if boundary `organizations/2/locations/global/principalAccessBoundaryPolicies/b` named the resource or one of its ancestors")]
    [InlineData("gcp-allow: A role whose content is not given is unknown", "not decided: something is not established; allowed if `roles/mystery` were known")]
    [InlineData("gcp-conditions: IAM's resources have no name, and what reads it never grants",
        "no binding grants the permission; allowed if `resource.name.endsWith('devResource')` were true")]
    [InlineData("gcp-principals: A user", "allowed by binding 1 of projects/p")]
    public void A_summary_says_what_decided_and_the_smallest_change(string name, string summary) =>
        Assert.Equal(summary, Explain(name).GetProperty("summary").GetString());

    [Fact]
    public void Of_a_conjunction_only_the_parts_that_fail_are_named()
    {
        var nearest = Explain("gcp-conditions: Working hours in Berlin").GetProperty("nearest");
        Assert.Equal("1 of projects/p", nearest.GetProperty("binding").GetString());
        Assert.Equal(["`request.time.getDayOfWeek('Europe/Berlin') >= 1` is false"], nearest.GetProperty("missing").EnumerateArray().Select(m => m.GetString()));
    }

    [Fact]
    public void The_layers_are_told_apart()
    {
        var layers = Explain("gcp-deny: A deny rule beats a grant").GetProperty("layers").EnumerateArray();
        Assert.Equal(["denyPolicy blocks", "principalAccessBoundary permits", "allowPolicy permits"], layers.Select(l => $"{l.GetProperty("layer")} {l.GetProperty("verdict")}"));
    }
}
