namespace TeamsApp.Website;

/// <summary>Section <c>Website</c>: the tag on this site's pages. Without an address they carry none.</summary>
public sealed class WebsiteOptions
{
    /// <summary>Gets or sets where the tag's files are, without a slash at the end: <c>https://cdn.example.com</c>, or <c>/tag</c> behind a proxy of your own.</summary>
    public string? TagAddress { get; set; }

    /// <summary>Gets or sets the key that tells the tag whose site this is.</summary>
    public string? WriteKey { get; set; }

    /// <summary>Gets or sets a value indicating whether pages load the script that resets the tag as a file, rather than carry it.</summary>
    public bool ScriptAsFile { get; set; }
}
