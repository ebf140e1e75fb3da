using Nullius.Cli.Output;
using Nullius.Monitoring.Ingest;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Replay;
using Nullius.Policy.Replay.Aws;
using Nullius.Policy.Replay.Entra;
using Nullius.Policy.Replay.Gcp;

namespace Nullius.Cli.Policies;

/// <summary>What the comparison must come to.</summary>
internal enum ReplayExpectation
{
    /// <summary>Nobody gains and nobody loses, and nothing is asked for that was not.</summary>
    NoChange,
    NoLoss,
    NoGain,
    /// <summary>The current policies come to what was recorded.</summary>
    Agreement,
}

/// <summary>What is asked.</summary>
internal sealed record ReplayQuestion(string[] Records, string[] Current, string[] Candidate, string? Estate, string? People, ReplayExpectation[] Expectations);

/// <summary>Replays recorded requests under two sets of policies and says who gains and who loses.</summary>
internal sealed class ReplayRun(Terminal terminal, ResultFormat format)
{
    internal async Task<int> RunAsync(ReplayQuestion question, CancellationToken cancellation)
    {
        if (question.Candidate.Length == 0 && question.Current.Length == 0 && question.Estate is null)
        {
            terminal.Say("no policies are given, expected --candidate and, to compare with them, --current or --estate");
            return ExitCode.Usage;
        }
        if (Sides(question) is not { } sides)
            return ExitCode.Usage;
        Replayer[] replayers = [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount, 1, 16)).Select(_ => new Replayer(sides))];
        using var progress = new ProgressLine(terminal);
        var summary = await new ActivityFiles(progress.Report).ReadAsync(question.Records, [.. replayers.Select(r => new Feed(r))], cancellation).ConfigureAwait(false);
        progress.End();
        foreach (var note in summary.Notes)
            terminal.Say(note.ToString());
        if (summary.Bad > summary.Notes.Count)
            terminal.Say($"{summary.Bad - summary.Notes.Count} more records could not be read");
        if (summary.Records == 0)
        {
            terminal.Say($"{string.Join(", ", question.Records)}: no record is in it, expected CloudTrail, Azure activity, Entra sign-ins, Cloud Audit Logs or our trail");
            return ExitCode.Usage;
        }
        var report = Replayer.Report(replayers);
        // Compared with the records themselves they agree: that says nothing.
        if (question.Current.Length == 0 && question.Estate is null)
            report = report with { Compared = 0 };
        ReplayOutput.Write(terminal, format, report, summary);
        return summary.Bad > 0 ? ExitCode.Usage : Meets(report, question.Expectations) ? ExitCode.Done : ExitCode.Unmet;
    }

    private sealed class Feed(Replayer replayer) : IActivitySink
    {
        public void Accept(RecordedRequest request, ReadOnlySpan<byte> json) => replayer.Accept(request);
    }

    /// <summary>Null when something is wrong, all of which was told.</summary>
    private Dictionary<ActivityProvider, ReplaySides>? Sides(ReplayQuestion question)
    {
        var people = question.People is null ? null : PeopleFile.Read(question.People);
        var current = new SideReader(terminal, enforceReportOnly: false).Read(question.Current, question.Estate);
        var candidate = new SideReader(terminal, enforceReportOnly: true).Read(question.Candidate, null);
        if (current is null || candidate is null)
            return null;
        IReadOnlyDictionary<string, Memberships>? members = people;
        if (members is null && current.Directory is { } directory)
            members = DirectoryMemberships.Of(directory, new[] { current.Entra, candidate.Entra }.OfType<Nullius.Policy.Dialects.Entra.EntraPolicySet>());
        var sides = new Dictionary<ActivityProvider, ReplaySides>();
        var recorded = new RecordedSide();
        if (Aws(current, null) is var aws && (aws is not null || Aws(candidate, null) is not null))
            sides[ActivityProvider.Aws] = new ReplaySides(aws is null ? recorded : aws, Aws(candidate, current) ?? aws!);
        if ((current.Entra ?? candidate.Entra) is not null)
        {
            IReplaySide? now = current.Entra is null ? recorded : new EntraReplaySide(current.Entra, members);
            sides[ActivityProvider.Entra] = new ReplaySides(now, candidate.Entra is null ? now : new EntraReplaySide(candidate.Entra, members));
        }
        if ((current.Gcp ?? candidate.Gcp) is not null)
        {
            IReplaySide? now = current.Gcp is null ? recorded : new GcpReplaySide(current.Gcp, current.Containers);
            sides[ActivityProvider.Gcp] = new ReplaySides(now, candidate.Gcp is null ? now : new GcpReplaySide(candidate.Gcp, candidate.Containers));
        }
        if ((current.Azure ?? candidate.Azure) is not null)
            sides[ActivityProvider.Azure] = new ReplaySides(current.Azure is null ? recorded : current.Azure, candidate.Azure ?? current.Azure!);
        return AddGate(current, candidate, people, sides) ? sides : null;
    }

    /// <summary>Kinds that the candidate does not give are the current ones.</summary>
    private static AwsReplaySide? Aws(PolicySide side, PolicySide? under)
    {
        if (side.Estate is { } estate)
            return new AwsReplaySide(new EstateBindings(estate, side.Aws));
        if (side.Aws is not { } layers)
            return null;
        if (under?.Estate is { } current)
            return new AwsReplaySide(new EstateBindings(current, under.Aws is null ? layers : under.Aws.With(layers)));
        return new AwsReplaySide(Attached(under?.Aws is null ? layers : under.Aws.With(layers)));
    }

    /// <summary>Guardrails and boundaries alone grant nothing: what they limit is then taken as granted, so that the answer is theirs.</summary>
    private static AwsPolicyLayers Attached(AwsPolicyLayers layers)
    {
        if (layers.Identity is not null || layers.Resource is not null)
            return layers;
        var all = AwsPolicyDocument.Parse("""{"Version":"2012-10-17","Statement":[{"Sid":"Assumed","Effect":"Allow","Action":"*","Resource":"*"}]}"""u8, "assumed", [])!;
        return layers with { Identity = [all] };
    }

    private bool AddGate(PolicySide current, PolicySide candidate, Dictionary<string, Nullius.Policy.Replay.Entra.Memberships>? people, Dictionary<ActivityProvider, ReplaySides> sides)
    {
        if ((current.Gate ?? candidate.Gate) is null)
            return true;
        var now = current.Gate is null ? new RecordedSide() : GateSide.Load(current.Gate, people, terminal);
        var then = candidate.Gate is null ? now : GateSide.Load(candidate.Gate, people, terminal);
        if (now is null || then is null)
            return false;
        sides[ActivityProvider.Nullius] = new ReplaySides(now, then);
        return true;
    }

    private static bool Meets(ReplayReport report, ReplayExpectation[] expectations) => Array.TrueForAll(expectations, expectation => expectation switch
    {
        // What is not known may be a loss: an expectation is met where that is certain.
        ReplayExpectation.NoChange => report.Gains + report.Loses + report.Challenged + report.Eased + report.Unknown == 0,
        ReplayExpectation.NoLoss => report.Loses + report.Challenged + report.Unknown == 0,
        ReplayExpectation.NoGain => report.Gains + report.Eased + report.Unknown == 0,
        ReplayExpectation.Agreement => report.Disagreements == 0,
        _ => false,
    });
}
