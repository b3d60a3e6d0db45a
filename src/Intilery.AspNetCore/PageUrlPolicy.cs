namespace Intilery.AspNetCore;

/// <summary>What is sent about the page that an event happened on. See <see cref="IntileryPrivacyOptions.PageUrl"/>.</summary>
public enum PageUrlPolicy
{
    /// <summary>
    /// The path, with the names of route parameters in place of their values and without a query, and the origin of the page before it.
    /// </summary>
    PathOnly,

    /// <summary>Nothing.</summary>
    None,
}
