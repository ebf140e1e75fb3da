namespace Nullius.Policy.Cel.Checking;

internal enum CelTypeKind : byte
{
    /// <summary>Known at run time only; fits everything.</summary>
    Dyn,
    /// <summary>An error was reported already; fits everything.</summary>
    Error,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,
    Type,
    /// <summary>A type that only a host knows, by name, with parameters.</summary>
    Opaque,
    /// <summary>A named parameter in a declaration; never in the type of an expression.</summary>
    Parameter,
    /// <summary>A type that is still to be inferred.</summary>
    Variable,
}

/// <summary>A static type. Simple types are shared instances.</summary>
internal sealed class CelType
{
    internal static readonly CelType Dyn = new(CelTypeKind.Dyn);
    internal static readonly CelType Error = new(CelTypeKind.Error);
    internal static readonly CelType Null = new(CelTypeKind.Null);
    internal static readonly CelType Bool = new(CelTypeKind.Bool);
    internal static readonly CelType Int = new(CelTypeKind.Int);
    internal static readonly CelType Uint = new(CelTypeKind.Uint);
    internal static readonly CelType Double = new(CelTypeKind.Double);
    internal static readonly CelType String = new(CelTypeKind.String);
    internal static readonly CelType Bytes = new(CelTypeKind.Bytes);
    internal static readonly CelType Timestamp = new(CelTypeKind.Timestamp);
    internal static readonly CelType Duration = new(CelTypeKind.Duration);
    internal static readonly CelType Strings = ListOf(String);

    /// <summary>Parts of one type: a type that mentions another twice would double with every step, so what is larger has dynamic parts.</summary>
    private const int MaxSize = 1000;

    private readonly int _size = 1;

    private CelType(CelTypeKind kind, string name = "", params CelType[] parameters)
    {
        Kind = kind;
        Name = name;
        Parameters = parameters;
        foreach (var parameter in parameters)
            _size += parameter.Pruned()._size;
        if (_size <= MaxSize)
            return;
        Parameters = [.. parameters.Select(_ => Dyn)];
        _size = 1 + parameters.Length;
    }

    internal CelTypeKind Kind { get; }

    /// <summary>Of an opaque type or a parameter.</summary>
    internal string Name { get; }

    internal CelType[] Parameters { get; }

    /// <summary>What a variable was inferred to be; null while it is free.</summary>
    internal CelType? Binding { get; set; }

    internal static CelType ListOf(CelType element) => new(CelTypeKind.List, "list", element);

    internal static CelType MapOf(CelType key, CelType value) => new(CelTypeKind.Map, "map", key, value);

    internal static CelType TypeOf(CelType type) => new(CelTypeKind.Type, "type", type);

    /// <summary>The type of the identifier <c>type</c> itself.</summary>
    internal static CelType AnyType { get; } = new(CelTypeKind.Type, "type");

    internal static CelType Opaque(string name, params CelType[] parameters) => new(CelTypeKind.Opaque, name, parameters);

    /// <summary>A primitive that may be null.</summary>
    internal static CelType Wrapper(CelType primitive) => Opaque("wrapper", primitive);

    internal bool IsWrapper => Kind == CelTypeKind.Opaque && Name == "wrapper";

    internal static CelType Parameter(string name) => new(CelTypeKind.Parameter, name);

    internal static CelType Variable() => new(CelTypeKind.Variable);

    internal bool HasParameters => Kind == CelTypeKind.Parameter || Array.Exists(Parameters, p => p.HasParameters);

    internal CelType With(CelType[] parameters) => new(Kind, Name, parameters);

    /// <summary>The type itself, or what the variable is bound to.</summary>
    internal CelType Pruned()
    {
        var type = this;
        while (type is { Kind: CelTypeKind.Variable, Binding: { } bound })
            type = bound;
        return type;
    }

    /// <summary>The final type: what nothing determined is dyn.</summary>
    internal CelType Settled()
    {
        var type = Pruned();
        if (type.Kind == CelTypeKind.Variable)
            return Dyn;
        return type.Parameters.Length == 0 ? type : type.With([.. type.Parameters.Select(p => p.Settled())]);
    }

    public override string ToString()
    {
        var type = Pruned();
        return type.Kind switch
        {
            CelTypeKind.Null => "null",
            CelTypeKind.Opaque or CelTypeKind.List or CelTypeKind.Map or CelTypeKind.Type =>
                type.Parameters.Length == 0 ? type.Name : $"{type.Name}({string.Join(", ", type.Parameters.Select(p => p.ToString()))})",
            CelTypeKind.Parameter => type.Name,
            CelTypeKind.Variable or CelTypeKind.Dyn => "dyn",
            CelTypeKind.Error => "error",
            CelTypeKind.Bool or CelTypeKind.Int or CelTypeKind.Uint or CelTypeKind.Double or CelTypeKind.String or CelTypeKind.Bytes
                or CelTypeKind.Timestamp or CelTypeKind.Duration => type.Kind.ToString().ToLowerInvariant(),
        };
    }
}
