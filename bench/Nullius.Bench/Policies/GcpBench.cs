using System.Globalization;
using System.Text;
using Nullius.Policy;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Gcp;

namespace Nullius.Bench.Policies;

/// <summary>Google Cloud's policies with CEL conditions: a project of many bindings in a folder of an organisation, some of them conditional.</summary>
internal static class GcpBench
{
    private const int Requests = 256;

    public static void Run(Report report)
    {
        foreach (var size in new[] { 100, 10_000 })
        {
            Report.Say($"Google Cloud, {size} bindings");
            var diagnostics = new List<PolicyDiagnostic>();
            var set = GcpPolicySet.Load(Encoding.UTF8.GetBytes(Policies(size)), "policies.json", diagnostics) ?? throw new InvalidOperationException(string.Join('\n', diagnostics));
            var decision = new Decision();
            var kept = Enumerable.Range(0, Requests).Select(number => Ask(number, size)).ToArray();
            var timing = Timing.Of(number => set.Decide(kept[number], decision), Requests);
            report.Add(new Figure("gcp.p50", timing.Median, "ns", Size: size));
            report.Add(new Figure("gcp.p99", timing.P99, "ns", Size: size));
            report.Add(new Figure("gcp.allocated", Timing.Allocated(number => set.Decide(kept[number % Requests], decision)), "bytes", Size: size));
            var made = Timing.Of(number => set.Decide(Ask(number, size), decision), Requests);
            report.Add(new Figure("gcp.anew.p50", made.Median, "ns", Size: size));
            report.Add(new Figure("gcp.anew.allocated", Timing.Allocated(number => set.Decide(Ask(number % Requests, size), decision)) - Timing.Allocated(number => Ask(number % Requests, size)), "bytes", Size: size));
        }
    }

    private static string Policies(int bindings)
    {
        var text = new StringBuilder("{\"allow\":[{\"attachedTo\":\"projects/p\",\"bindings\":[");
        for (var number = 0; number < bindings; number++)
        {
            var condition = (number % 3) switch
            {
                0 => $",\"condition\":{{\"title\":\"c\",\"expression\":\"resource.name.startsWith('projects/_/buckets/b{number % 7}')\"}}",
                1 => ",\"condition\":{\"title\":\"c\",\"expression\":\"request.time < timestamp('2030-01-01T00:00:00Z') && resource.type == 'storage.googleapis.com/Object'\"}",
                _ => "",
            };
            text.Append(CultureInfo.InvariantCulture, $"{(number == 0 ? "" : ",")}{{\"role\":\"roles/r{number % 20}\",\"members\":[\"user:u{number}@example.com\"]{condition}}}");
        }

        text.Append("]},{\"attachedTo\":\"organizations/1\",\"bindings\":[{\"role\":\"roles/r1\",\"members\":[\"group:admins@example.com\"]}]}],");
        text.Append("\"deny\":[{\"attachedTo\":\"organizations/1\",\"rules\":[{\"deniedPrincipals\":[\"principalSet://goog/group/banned@example.com\"],\"deniedPermissions\":[\"storage.googleapis.com/objects.delete\"]}]}],\"principalAccessBoundary\":[],\"roles\":{");
        text.AppendJoin(',', Enumerable.Range(0, 20).Select(role => $"\"roles/r{role}\":[\"storage.objects.get\",\"storage.objects.delete\"]"));
        return text.Append("}}").ToString();
    }

    private static GcpRequest Ask(int number, int bindings) => new()
    {
        Principal = $"user:u{number * 37 % bindings}@example.com",
        Groups = ["staff@example.com", "project-x@example.com"],
        Permission = number % 3 == 0 ? "storage.objects.delete" : "storage.objects.get",
        ResourceName = $"projects/_/buckets/b{number % 9}/objects/o",
        ResourceType = "storage.googleapis.com/Object",
        ResourceService = "storage.googleapis.com",
        Ancestors = ["projects/p", "folders/2", "organizations/1"],
        Time = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero),
    };
}
