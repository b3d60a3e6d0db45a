using Microsoft.AspNetCore.Mvc;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

[Route("plain")]
public sealed class PlainController : ControllerBase
{
    [HttpGet]
    public string Get() => "plain";
}
