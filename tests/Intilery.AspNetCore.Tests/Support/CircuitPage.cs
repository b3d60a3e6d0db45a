using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A page with one button in a circuit: the framework's own renderer, and its activities as a circuit's host dispatches them.</summary>
internal sealed class CircuitPage : IAsyncDisposable
{
    private readonly IServiceProvider _circuit;
    private readonly ButtonRenderer _renderer;

    public CircuitPage(IServiceProvider circuit)
    {
        _circuit = circuit;
        _renderer = new ButtonRenderer(circuit);
    }

    /// <summary>Gets what a handler has thrown.</summary>
    public Task<Exception> Failed => _renderer.Failed.Task;

    /// <summary>Renders the button, which calls the handler.</summary>
    public Task RenderAsync(Func<IServiceProvider, Task> clicked) => _renderer.Dispatcher.InvokeAsync(() => _renderer.RenderAsync(new Button(() => clicked(_circuit))));

    /// <summary>Clicks the button; completes when the circuit's host takes the activity to be over, which is where the handler first waits.</summary>
    public Task ClickAsync()
    {
        var handler = _circuit.GetServices<CircuitHandler>().Single();
        return handler.CreateInboundActivityHandler(_ => _renderer.Dispatcher.InvokeAsync(_renderer.Click))(null!);
    }

    /// <summary>Completes when all that the circuit had to do by now is done.</summary>
    public Task CommitAsync() => _renderer.Dispatcher.InvokeAsync(async () =>
    {
        // What is queued may queue more.
        for (var i = 0; i < 10; i++)
        {
            await Task.Yield();
        }
    });

    public async ValueTask DisposeAsync() => await ((IAsyncDisposable)_renderer).DisposeAsync();

    private sealed class Button(Func<Task> clicked) : ComponentBase
    {
        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenElement(0, "button");
            builder.AddAttribute(1, "onclick", EventCallback.Factory.Create(this, clicked));
            builder.CloseElement();
        }
    }

#pragma warning disable BL0006 // A test that follows the framework.
    private sealed class ButtonRenderer : Renderer
    {
        private ulong _click;

        public ButtonRenderer(IServiceProvider circuit)
            : base(circuit, circuit.GetRequiredService<ILoggerFactory>())
        {
        }

        public override Dispatcher Dispatcher { get; } = Dispatcher.CreateDefault();

        public TaskCompletionSource<Exception> Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task RenderAsync(IComponent component) => RenderRootComponentAsync(AssignRootComponentId(component));

        // As a call from JavaScript: nobody awaits it.
        public void Click() => _ = DispatchEventAsync(_click, null, EventArgs.Empty);

        protected override void HandleException(Exception exception) => Failed.TrySetResult(exception);

        protected override Task UpdateDisplayAsync(in RenderBatch renderBatch)
        {
            for (var i = 0; i < renderBatch.ReferenceFrames.Count; i++)
            {
                if (renderBatch.ReferenceFrames.Array[i] is { FrameType: RenderTreeFrameType.Attribute, AttributeEventHandlerId: > 0 } frame)
                {
                    _click = frame.AttributeEventHandlerId;
                }
            }

            return Task.CompletedTask;
        }
    }
#pragma warning restore BL0006
}
