namespace Intilery.AspNetCore;

/// <summary>The section <c>Intilery:Privacy</c>.</summary>
public sealed class PrivacyOptions
{
    /// <summary>Gets or sets a value indicating whether the browser's IP address is sent. Default: <see langword="false"/>.</summary>
    public bool Ip { get; set; }
}
