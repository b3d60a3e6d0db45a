using Intilery.AspNetCore.BrowserTests.Support;
using Microsoft.Playwright;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>An application with a website tag on its pages, on loopback, by http and https.</summary>
public interface ISite : IAsyncDisposable
{
    /// <summary>Gets what the tags on its pages have sent.</summary>
    Collector Collector { get; }

    /// <summary>Gets the selector of the button that registers.</summary>
    string RegisterButton { get; }

    /// <summary>Gets the selector of the button that signs out.</summary>
    string SignOutButton { get; }

    /// <summary>Returns the site's origin under a host name.</summary>
    string Origin(string scheme, string host);

    /// <summary>Fills in the form that registers somebody with an account of their own, on a page of the site.</summary>
    Task FillInAsync(Person person, IPage page, string name);

    /// <summary>Returns the ids of a person who has registered, and of their account.</summary>
    Task<(string UserId, string GroupId)> IdsAsync(string name);
}
