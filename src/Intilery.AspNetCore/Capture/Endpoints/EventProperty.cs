namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>One property of an event, as its attribute says it: a literal, a path, or neither, to be found by name.</summary>
/// <param name="Name">The name of the attribute's property, without <c>From</c>.</param>
/// <param name="Literal">The literal, if any.</param>
/// <param name="Path">The path, if any.</param>
internal sealed record EventProperty(string Name, string? Literal, string? Path)
{
    public ValueKind Kind { get; init; } = ValueKind.Text;

    /// <summary>Gets a value indicating whether there is no event without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Gets the names that unmistakably mean it, the most telling first; those of one rank tell the same.</summary>
    public IReadOnlyList<string[]> Names { get; init; } = [];

    /// <summary>Gets a value indicating whether a list of plain values may stand for it, one event each.</summary>
    public bool MayBeList { get; init; }

    /// <summary>Gets a value indicating whether an argument that is a plain value may be it.</summary>
    public bool MayBeArgument { get; init; } = true;

    /// <summary>Gets the name of the attribute's property that takes the path.</summary>
    public string PathName { get; init; } = Name + "From";

    /// <summary>Gets a value indicating whether the attribute has a property for a literal.</summary>
    public bool TakesLiteral { get; init; } = true;
}
