class MoveSelected:
    bl_idname = "object.move_selected"

    def execute(self, context):
        return {"FINISHED"}


CLASSES = [MoveObjects]
