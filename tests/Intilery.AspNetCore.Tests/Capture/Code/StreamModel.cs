using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>A page's handler that writes server-sent events by hand.</summary>
public sealed class StreamModel : PageModel
{
    public async Task<IActionResult> OnGetAsync([FromServices] StreamScript script)
    {
        await StreamTests.WriteAsync(HttpContext, script);
        return new EmptyResult();
    }
}
