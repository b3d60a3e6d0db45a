namespace Intilery.AspNetCore.Enrich.Happenings;

/// <summary>A stored claim that names a user's role was committed: the role of a membership that was committed in the same scope.</summary>
internal sealed record RoleStored : Happening
{
    public required string Role { get; init; }
}
