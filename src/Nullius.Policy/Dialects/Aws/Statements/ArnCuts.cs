namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>Where the first five colons of an ARN stand: found once, and every pattern compares segments without looking for them.</summary>
internal readonly struct ArnCuts
{
    private readonly int _partition;
    private readonly int _service;
    private readonly int _region;
    private readonly int _account;
    private readonly int _name;

    private ArnCuts(int partition, int service, int region, int account, int name)
    {
        _partition = partition;
        _service = service;
        _region = region;
        _account = account;
        _name = name;
    }

    /// <summary>Six segments or more that begin with <c>arn:</c>.</summary>
    internal bool IsArn => _name != 0;

    /// <summary>Where the sixth segment begins.</summary>
    internal int Name => _name;

    /// <summary>Before the fifth colon.</summary>
    internal Range Head => ..(_name - 1);

    internal Range Account => _account..(_name - 1);

    /// <summary>Where segment 1 (partition) to 4 (account) begins, and where it ends.</summary>
    internal (int Start, int End) Segment(int index) => index switch
    {
        1 => (_partition, _service - 1),
        2 => (_service, _region - 1),
        3 => (_region, _account - 1),
        _ => (_account, _name - 1),
    };

    internal static ArnCuts Of(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("arn:"))
            return default;
        const int Partition = 4;
        return Next(text, Partition, out var service) && Next(text, service, out var region) && Next(text, region, out var account) && Next(text, account, out var name)
            ? new ArnCuts(Partition, service, region, account, name)
            : default;
    }

    private static bool Next(ReadOnlySpan<char> text, int from, out int next)
    {
        // Segments are short: a loop finds the colon before a vectorized search has begun.
        for (next = from; next < text.Length;)
        {
            if (text[next++] == ':')
                return true;
        }
        return false;
    }
}
