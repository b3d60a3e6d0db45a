namespace Intilery.AspNetCore;

/// <summary>The section <c>Intilery:SignOut</c>.</summary>
public sealed class IntilerySignOutOptions
{
    /// <summary>
    /// Gets or sets a value indicating whether a session that was rejected by its security stamp is a Signed Out. Default:
    /// <see langword="false"/>, because its user did nothing.
    /// </summary>
    public bool WhenRevoked { get; set; }
}
