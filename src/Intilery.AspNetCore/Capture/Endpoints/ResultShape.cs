namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>What an endpoint's declaration says of its result.</summary>
/// <param name="Types">The types that a success carries.</param>
/// <param name="IsOpen">Whether the declaration says nothing (<c>IActionResult</c>): only the result itself tells then.</param>
internal sealed record ResultShape(IReadOnlyList<Type> Types, bool IsOpen)
{
    public static ResultShape Nothing { get; } = new([], false);

    public static ResultShape Open { get; } = new([], true);

    public bool IsNothing => Types.Count == 0 && !IsOpen;
}
