namespace Nullius.Bench.Load;

/// <summary>What each competitor was seen to do in rounds of one turn each. What a machine gives drifts within seconds: a turn is compared with those of its round.</summary>
internal sealed class Turns
{
    private readonly List<(int Start, Dictionary<string, double> Seen)> _rounds = [];

    /// <summary>Adds a round of the servers of that start.</summary>
    public void Add(int start, Dictionary<string, double> seen) => _rounds.Add((start, seen));

    public double Median(string name) => Sample.Median([.. _rounds.Select(round => round.Seen[name])]);

    /// <summary>Median over the rounds of what is made of two competitors' turns.</summary>
    public double Beside(string name, string other, Func<double, double, double> compare) =>
        Sample.Median([.. _rounds.Select(round => compare(round.Seen[name], round.Seen[other]))]);

    /// <summary>The same for each start alone, the least first.</summary>
    public double[] BesideByStart(string name, string other, Func<double, double, double> compare) =>
        [.. _rounds.GroupBy(round => round.Start).Select(start => Sample.Median([.. start.Select(round => compare(round.Seen[name], round.Seen[other]))])).Order()];
}
