using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Mvc;

namespace Intilery.AspNetCore.BrowserTests.Documentation;

/// <summary>Serves the README's pages in the sample application, with the tag that the README leaves to the reader.</summary>
[Route("/readme")]
public sealed class ReadmeController : Controller
{
    private const string ByOrigin = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'";

    [HttpGet("Inline")]
    public IActionResult Inline() => View("~/Documentation/Inline.cshtml");

    [HttpGet("Nonce")]
    public IActionResult Nonce() => View("~/Documentation/Nonce.cshtml");

    [HttpGet("File")]
    public IActionResult FromFile()
    {
        Response.Headers.ContentSecurityPolicy = ByOrigin;
        return View("~/Documentation/File.cshtml");
    }

    [HttpGet("Plain")]
    public IActionResult Plain()
    {
        Response.Headers.ContentSecurityPolicy = ByOrigin;
        return Content(Repository.ReadAllText("tests/Intilery.AspNetCore.BrowserTests/Documentation/Plain.html"), "text/html");
    }

    /// <summary>Returns what the sample's pages hold as a file.</summary>
    [HttpGet("snippet.js")]
    public IActionResult Snippet()
    {
        var page = Repository.ReadAllText("samples/TeamsApp/Views/Shared/_WebsiteTag.cshtml");
        return Content(page[page.IndexOf("(function", StringComparison.Ordinal)..page.LastIndexOf("</script>", StringComparison.Ordinal)], "text/javascript");
    }
}
